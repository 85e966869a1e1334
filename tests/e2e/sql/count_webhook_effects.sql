-- Effects of webhook events: sources, and transactions that they made. One row; the two are equal, and so are deposits by the
-- service.
select (select count(*) from paybus.sources where source like 'webhook:%'),
       (select count(*) from paybus.events where source like 'webhook:%' and type = 'transaction.posted'),
       (select count(distinct source) from paybus.events where source like 'webhook:%' and type = 'transaction.posted')
