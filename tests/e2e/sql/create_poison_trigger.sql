-- From now on a transaction described as poison fails its whole statement. No row.
create trigger refuse_poison before insert on paybus.transactions for each row
    when (new.description = 'poison') execute function paybus.refuse_poison()
