-- A webhook endpoint that is switched on begins with nothing against it, as with a new url.
comment on column paybus.webhook_endpoints.url_version is 'One more with each change of the url and each time it is switched on';
comment on column paybus.webhook_endpoint_health.url_version is 'What this is about, as in webhook_endpoints: the newest that was tried';
