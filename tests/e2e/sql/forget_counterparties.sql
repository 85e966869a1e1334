-- Makes entries what they were before they noted counterparty and kind. All rows changed.
update paybus.entries set counterparty_id = null, kind = null
