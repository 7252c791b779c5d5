"""Settings of the project for Scrapy, named by `scrapy.cfg`: spiders live in the plugins, and crawling is polite by default."""

BOT_NAME = "scraper"
SPIDER_MODULES = ["plugins", "scraper.crawl.spiders"]
ADDONS = {"scraper.crawl.Addon": 500}

ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 1.0
AUTOTHROTTLE_ENABLED = True
TELNETCONSOLE_ENABLED = False
