# dashboards.jq - what is wrong with a dashboard as an unmodified Grafana 9 to 11 would read it, a line for each; $runbooks: the pages that
# there are.
def complain(condition; text): if condition then empty else text end;
def from_variable: . == {type: "prometheus", uid: "${datasource}"};
# Names of variables in a query, but for those of Grafana itself.
def variables: [scan("\\$\\{?([A-Za-z_]+)") | .[0] | select(startswith("__") | not)];
def overlap($a; $b): $a.x < $b.x + $b.w and $b.x < $a.x + $a.w and $a.y < $b.y + $b.h and $b.y < $a.y + $a.h;

. as $dashboard
| [.templating.list[].name] as $names
| complain((.uid // "") | test("^[a-z0-9-]{1,40}$"); "uid is no word of up to 40 characters"),
  complain(has("id") | not; "has an id, which belongs to one Grafana"),
  complain((.schemaVersion | type) == "number" and .schemaVersion >= 36 and .schemaVersion <= 39; "schemaVersion is not of Grafana 9 to 11"),
  complain((.title // "") != "" and (.description // "") != ""; "no title or no question"),
  complain(.editable == false and .timezone == "utc"; "is editable, or its times are not UTC"),
  complain((.templating.list[0] | .name == "datasource" and .type == "datasource" and .query == "prometheus"); "the first variable is not the data source"),
  complain(any(.templating.list[]; .name == "runbooks" and .type == "textbox"); "no variable for the runbooks"),
  (.templating.list[] | select(.type == "query") | complain(.datasource | from_variable; "variable \(.name): not from the data source that is chosen")),
  complain([.panels[].id] | length == (unique | length); "two panels have one id"),
  complain(.panels | length > 0 and length <= 16; "no panels, or more than 16"),
  ([.panels[] | {title, at: .gridPos}] as $all | range($all | length) as $i | range($i + 1; $all | length) as $j
    | complain(overlap($all[$i].at; $all[$j].at) | not; "\($all[$i].title) lies on \($all[$j].title)")),
  (.panels[] | .title as $title
    | complain(.type | IN("timeseries", "stat", "table"); "\($title): unknown type \(.type)"),
      complain(($title // "") != "" and (.description // "") != ""; "panel \(.id): no title or no description"),
      complain(.gridPos.x >= 0 and .gridPos.x + .gridPos.w <= 24 and .gridPos.h > 0; "\($title): beside the grid"),
      complain((.fieldConfig.defaults.unit // "") != ""; "\($title): no unit"),
      ([.fieldConfig.defaults.unit // empty, (.fieldConfig.overrides[]?.properties[] | select(.id == "unit").value)][]
        | complain(IN("none", "short", "percentunit", "s", "bytes", "Bps", "ops", "reqps", "rowsps"); "\($title): an unknown unit \(.)")),
      complain(.datasource | from_variable; "\($title): not from the data source that is chosen"),
      complain(.targets | length >= 1 and length <= 5; "\($title): no query, or more than five"),
      complain([.targets[].refId] | length == (unique | length); "\($title): two queries have one refId"),
      complain(all(.targets[]; .datasource | from_variable); "\($title): a query is not for the data source that is chosen"),
      complain(all(.targets[]; (.expr // "") != "" and (.legendFormat // "") != ""); "\($title): a query or its legend is empty"),
      complain(.type == "timeseries" or all(.targets[]; .instant == true); "\($title): shows one value, but asks for a range"),
      complain([.targets[].expr | variables[]] - $names == []; "\($title): an unknown variable"),
      (.fieldConfig.defaults.thresholds // empty
        | complain(.mode == "absolute" and .steps[0].value == null and ([.steps[1:][].value] | . == sort and all(type == "number"));
            "\($title): thresholds are not in order from the lowest")),
      (.links[]? | . as $link
        | complain($link.url == "${runbooks}/\($link.title).md" and ($runbooks | index($link.title)) != null; "\($title): no runbook \($link.title)")))
