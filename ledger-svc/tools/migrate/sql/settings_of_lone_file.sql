-- What a file starts with that runs outside a transaction. What it waits for are transactions older than its index, and
-- nobody waits behind it: it may take its time.
reset all
