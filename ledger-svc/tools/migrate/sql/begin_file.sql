-- The transaction of one file.
begin
