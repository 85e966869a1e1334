-- A part of a hold may be captured and the rest released by two commands of one batch, which are stored by one update. The
-- wall took that for a release that captures and refused the whole batch. Expiry still cannot: a batch has one time.
create or replace trigger never_back before update on paybus.holds for each row
    when (new.captured < old.captured
          or new.updated_at < old.updated_at
          or old.status in ('captured', 'released', 'expired')
          or (new.status = 'authorized' and old.status <> 'authorized')
          or (new.status = 'expired' and new.captured <> old.captured))
    execute function paybus.refuse_hold_change();
