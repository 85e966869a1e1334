-- recon-svc compares what an event says of a hold with the hold; accounts are TypeIDs there. The views have grants of their own.
grant usage on schema api to paybus_recon;
grant execute on function api.typeid, api.base32_digit, api.base32 to paybus_recon;
