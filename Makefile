# Every command of the project; each calls one script. Settings: .env.example.
.DEFAULT_GOAL := help
.PHONY: help packages build up down status logs trace migrate reset-db seed check test soak coverage tour smoke bench purge

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

packages: ## install the Debian packages that are missing (root or sudo)
	@compose/local/packages.sh

build: ## build everything, release preset, in build/release
	@compose/local/build.sh release

up: ## install, build, start and wait until the whole stack is ready; safe to repeat
	@compose/local/up.sh

down: ## stop the stack; the data stays
	@compose/local/down.sh

status: ## state, uptime, restarts and readiness of every program
	@compose/local/status.sh

logs: ## the logs; SERVICE=ingress for one of them
	@compose/local/logs.sh

trace: ## one request through all services; ID=trace id, request id or another id in the logs
	@compose/local/trace.sh

migrate: ## apply new migrations; STATUS=1 lists them
	@compose/local/migrate.sh

reset-db: ## delete all data and start afresh; asks first, YES=1 skips
	@compose/local/reset-db.sh

seed: ## create the demo accounts with their opening deposits
	@compose/local/seed.sh

check: ## all gates: format, warnings, static analysis, sizes
	@tests/gates/check.sh

test: ## build with sanitizers and run the tests; LABEL=unit or TEST=regex for some of them
	@compose/local/test.sh

soak: ## the tests that take long
	@compose/local/soak.sh

coverage: ## branch coverage of the ledger's rules; fails below 95 %
	@tests/coverage.sh

tour: ## the README's five minutes on the running stack
	@compose/local/tour.sh

smoke: ## everything once on a running stack in demo mode, from an empty ledger; docs/DEMO.md
	@compose/local/smoke.sh

bench: ## measure throughput and latency beside pgbench
	@tests/bench/run.sh

purge: ## stop the stack and remove its directory; asks first, YES=1 skips
	@compose/local/purge.sh
