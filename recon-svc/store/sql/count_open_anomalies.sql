-- Open anomalies by family, code and severity. A row for each that has some.
select family, code, severity, count(*) as anomalies
from paybus.reconcile_anomalies
where state in ('open', 'acknowledged')
group by family, code, severity
order by family, code
