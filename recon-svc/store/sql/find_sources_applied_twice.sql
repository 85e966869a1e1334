-- Of the sources $1 those that caused more than one command. A row for each.
select e.source, count(distinct e.command_id) as commands
from paybus.events e
where e.source = any ($1::text[])
group by e.source
having count(distinct e.command_id) > 1
