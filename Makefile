.PHONY: run test lint bench openapi examples demo contract
CARGO ?= cargo

run: ## serve on http://127.0.0.1:8080, everything below ./data
	@scripts/rust; . scripts/path; $(CARGO) run --quiet -p api --bin gongpai

test: ## all tests, on SQLite and PostgreSQL; installs what is missing
	@scripts/rust; . scripts/path; scripts/tools; scripts/test

lint: ## formatting, clippy, licences, unused dependencies, the floors of the house
	@scripts/rust; . scripts/path; scripts/lint

bench: ## the table of docs/operations.md
	@scripts/rust; . scripts/path; scripts/tools; tests/bench/run

openapi: ## write openapi.yaml
	@. scripts/path; $(CARGO) run --quiet -p api --bin gongpai -- openapi > openapi.yaml.new && mv openapi.yaml.new openapi.yaml

examples: ## collect answers of the tests as the contract's examples
	@scripts/rust; . scripts/path; scripts/tools; scripts/examples

demo: ## companies to play with, in the same data as `make run`
	@. scripts/path; $(CARGO) run --quiet -p api --bin gongpai -- demo

contract: ## redocly, spectral, openapi-typescript and schemathesis on the contract
	@scripts/rust; . scripts/path; tests/contract/run
