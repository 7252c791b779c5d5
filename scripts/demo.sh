#!/bin/sh
# The way from pages to proven records, on pages that came with the project. Needs no network.
set -eu
cd "$(dirname "$0")/.."
rm -rf demo
mkdir demo

run() {
    printf '\n\033[1m$ %s\033[0m\n' "$*"
    "$@"
}

echo 'Saved pages become an archive:'
run scraper load scripts/sample --urls scripts/sample/urls.csv --date 2026-01-02 -o demo/pages.warc.gz
echo
echo 'The archive that comes with the project becomes records:'
run scraper extract archives/sample.warc.gz -o demo/out.jsonl
echo
echo 'Every value of every record is walked back to its bytes:'
run scraper verify demo/out.jsonl --archives archives
echo
echo 'One value, and where it came from:'
run scraper explain demo/out.jsonl journal.example /published --archives archives
cat <<'END'

What to try next (the command is in .venv/bin):
  scraper explain demo/out.jsonl journal.example /abstract text between the tags of a page
  scraper explain demo/out.jsonl pubmed /references/0      a whole part of another record
  scraper load YOUR-PAGES -o demo/yours.warc.gz            your own saved pages
  scraper sites list                                       which sites are known
  scraper --help
END
