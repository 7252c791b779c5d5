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
echo
echo 'The same pages, crawled: a web site on this machine, archived as its answers came over the wire, extracted on the way:'
python scripts/serve.py scripts/sample demo/urls.txt &
site=$!
trap 'kill "$site"' EXIT
while [ ! -e demo/urls.txt ] && kill -0 "$site"; do sleep 0.1; done
run scrapy crawl page -a urls=demo/urls.txt -a contact=you@example.org -O demo/crawled.jsonl \
    -s SCRAPER_ARCHIVE_DIR=demo/crawl -s DOWNLOAD_DELAY=0 -s AUTOTHROTTLE_ENABLED=0 -s LOG_LEVEL=WARNING
run ls -1 demo/crawl
run scraper verify demo/crawled.jsonl --archives demo/crawl
cat <<'END'

What to try next (the command is in .venv/bin):
  scraper explain demo/out.jsonl journal.example /abstract text between the tags of a page
  scraper explain demo/out.jsonl pubmed /references/0      a whole part of another record
  scrapy crawl page -a urls=URLS.txt -O demo/my.jsonl      any pages of the web, politely; see docs/crawling.md
  scraper load YOUR-PAGES -o demo/yours.warc.gz            your own saved pages
  scraper sites list                                       which sites are known
  scraper --help
END
