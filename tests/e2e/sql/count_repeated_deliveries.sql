-- How many deliveries were tried twice, or begun anew more than once. One row.
select (select count(*)
        from (select delivery_id from paybus.webhook_delivery_attempts group by delivery_id having count(*) > 1) t)
       + (select count(*) from paybus.work where kind = 'delivery' and generation > 2)
