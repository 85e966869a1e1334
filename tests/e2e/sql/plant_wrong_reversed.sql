-- A transaction says less than was given back of it. One row changed.
update paybus.reversals set reversed = reversed - 1 where reversed > 1
