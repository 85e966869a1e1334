-- The time from which somebody asks for all of feed $1 again. One row, or none.
select rewind_from from paybus.relay_cursors where feed = $1 and rewind_from is not null
