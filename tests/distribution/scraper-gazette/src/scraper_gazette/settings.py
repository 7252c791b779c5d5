"""Settings for Scrapy, named by scrapy.cfg: this package's spider, and an archive of every crawl."""

SPIDER_MODULES = ["scraper_gazette"]
ADDONS = {"scraper.crawl.Addon": 500}

ROBOTSTXT_OBEY = True
TELNETCONSOLE_ENABLED = False
