-- As if webhook-svc had worked everything off. No rows come back.
update paybus.work set state = 'processed', attempts = 1, updated_at = now() where state = 'received'
