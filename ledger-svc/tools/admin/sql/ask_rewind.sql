-- Asks the relay to publish all of feed $1 from time $2 on again; an earlier request stands. One row, or none if it has not begun.
update paybus.relay_cursors
set rewind_from = least(rewind_from, $2::timestamptz)
where feed = $1
returning rewind_from
