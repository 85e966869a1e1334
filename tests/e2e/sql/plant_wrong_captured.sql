-- A hold says less than was captured of it. One row changed.
update paybus.holds
set captured = captured - 1
where id = (select max(id::text)::uuid from paybus.holds where captured > 1)
