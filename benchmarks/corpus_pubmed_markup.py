"""The markup of made-up PubMed pages: what `corpus_pubmed.py` fills with words.

Most of a real page's weight is what nobody reads: menus, buttons, attributes for analytics. It is here as well, because a parser
has to go through it, and selectors have to pass it by.
"""

from __future__ import annotations

PAGE = """<!DOCTYPE html>
<html lang="en">
<head itemscope itemtype="http://schema.org/WebPage" prefix="og: http://ogp.me/ns#">
{head}</head>
<body>
{top}<main class="article-details" id="article-details">
<div class="article-page" id="article-page">
{article}</div>
</main>
{aside}{bottom}</body>
</html>
"""
HEAD = """<meta charset="utf-8">
<title>{title} - PubMed</title>
{metas}<link rel="canonical" href="https://pubmed.ncbi.nlm.nih.gov/{pmid}/">
<style>{styles}</style>
{script}"""
SHEET = '<link rel="stylesheet" href="https://cdn.example/pubmed/{}/core.css" type="text/css">\n'
SCRIPT = '<script type="text/javascript" nonce="madeup">\n{}</script>\n'
SCRIPT_LINE = "window.ncbiData=window.ncbiData||[];function ping(e,n){{if(n<3&&n>0){{ncbiData.push({{event:e,page:{}}});}}}}\n"
TOP = """<noscript><div class="no-script-banner">This page needs JavaScript for some of its parts.</div></noscript>
<header class="ncbi-header" role="banner"><a class="usa-skipnav" href="#article-details">Skip to main page content</a>
  <nav aria-label="account and sections" class="ncbi-menu"><ul class="usa-nav__primary">{links}</ul></nav></header>
<form class="search-form" action="/" id="search-form"><input type="search" class="term-input" name="term" value=""
  placeholder="Search PubMed"><select name="sort">{options}</select><button type="submit">Search</button></form>
"""
BOTTOM = '<footer class="ncbi-footer" role="contentinfo"><ul class="footer-links">{links}</ul></footer>\n{script}'
MENU_ITEM = """<li class="usa-nav__primary-item"><a class="usa-nav__link" href="/section/{0}?from=menu&amp;n={0}"
    data-ga-category="header" data-ga-action="menu_{0}"><span class="icon" aria-hidden="true"></span>Section {0}</a></li>
"""
OPTION = '<option value="choice.{0}">Choice {0}</option>'

# The heading

HEADING = """<header class="heading" id="heading">
<div class="full-view" id="full-view-heading">
  {source}
  {title}
  <div class="inline-authors"><div class="authors"><h3 class="title">Authors</h3>
    <div class="authors-list">{authors}</div></div></div>
  <div class="extended-authors" id="full-view-expanded-authors"><div class="affiliations"><h3 class="title">Affiliations</h3>
    <ul class="item-list">{places}</ul></div></div>
  <ul class="identifiers" id="full-view-identifiers">{identifiers}</ul>
</div>
<div class="short-view" id="short-view-heading">
  {short_source}
  {title}
  <div class="short-article-details"><div class="authors-list">{short_authors}<span class="et-al">et al.</span></div></div>
  <ul class="identifiers" id="short-view-identifiers">{identifiers}</ul>
</div>
</header>
"""
TITLE = """<h1 class="heading-title">

      {}

    </h1>
"""
LANGUAGE = '<p class="language">[Article in <em>French</em>]</p>'
REVIEW = '<div class="publication-type">Review</div>'
SOURCE = """<div class="article-citation">
    {type}
    <div class="article-source">
      <div class="journal-actions dropdown-block">
        <button id="{view}-view-journal-trigger" class="journal-actions-trigger trigger" tabindex="0" ref="linksrc=journal_actions"
          title="Journal of {work.journal}" aria-controls="{view}-view-journal" aria-expanded="false" aria-haspopup="true"
          aria-label="Toggle dropdown menu for journal {work.journal}" data-ga-category="journal" data-ga-action="{work.journal}">
          {work.journal}
        </button>
        <div id="{view}-view-journal" class="journal-actions-dropdown dropdown dropdown-container" aria-hidden="true">
          <div class="title">Actions</div>
          <div class="content"><ul class="journal-actions-links">
            <li><a class="search-in-pubmed-link dropdown-block-link" href="/?term=%22{work.pmid}%22%5Bjour%5D&amp;sort=date"
              ref="linksrc=search_in_pubmed">Search in PubMed</a></li>
            <li><a class="search-in-nlm-catalog-link dropdown-block-link" href="https://catalog.example/?term={work.pmid}&amp;cmd=1"
              ref="linksrc=search_in_catalog">Search in the catalog</a></li>
            <li><button class="add-to-search-link dropdown-block-link" role="menuitem">Add to Search</button></li>
          </ul></div>
        </div>
      </div>
      <span class="period">. </span>
      <span class="cit">{work.imprint}</span>
    </div>
    <span class="citation-doi">
      doi: {work.doi}.
    </span>
    <span class="secondary-date">
      Epub {work.year} Jan 3.
    </span>
  </div>
"""
AUTHOR = """<span class="authors-list-item "><a class="full-name" href="/?term={family}+{given}&amp;cauthor_id={pmid}"
    ref="linksrc=author_name_link" data-ga-category="search" data-ga-action="author_link"
    data-ga-label="{given} {family}">{given} {family}</a>{orcid}<sup class="affiliation-links"><span
    class="author-sup-separator"> </span>{marks}</sup><span class="comma">,&nbsp;</span></span>
"""
ORCID = (
    '<a class="id-link orcid" href="https://orcid.org/0000-0001-2345-6{:03}"><img class="orcid-icon" alt="ORCID" src="/o.svg"></a>'
)
MARK = """<a class="affiliation-link" title="{place}" href="#full-view-affiliation-{key}" ref="linksrc=author_aff">
          {key}
        </a>"""
PLACE = '<li data-affiliation-id="full-view-affiliation-{key}"><sup class="key">{key}</sup> {place}</li>\n'
IDENTIFIER = """<li><span class="identifier {kind}"><span class="id-label">
      {label}:
    </span>{shown}</span></li>
"""
PMID = '<strong class="current-id" title="PubMed ID">{}</strong>'
IDENTIFIER_LINK = """<a class="id-link" target="_blank" rel="noopener" data-ga-category="full_text" href="{url}">
        {shown}
      </a>"""

# The article

ABSTRACT = """<div class="abstract" id="abstract">
  <h2 class="title">
    Abstract
  </h2>
  <div class="abstract-content selected" id="eng-abstract">{paragraphs}</div>
  <p>
    <strong class="sub-title">
      Keywords:
    </strong>
      {keywords}.
  </p>
  <p class="copyright">
    © {year}. The Authors &amp; Example Sons.
  </p>
  <p><a href="/disclaimer/" class="usa-link">PubMed Disclaimer</a></p>
</div>
"""
PARAGRAPH = """<p>
      {}
    </p>
"""
SUB_TITLE = """<strong class="sub-title">
        {}:
      </strong>
      """
INTERESTS = """<div class="conflict-of-interest" id="conflict-of-interest">
  <h2 class="title">Conflict of interest statement</h2>
  <div class="statement"><p>{}</p></div>
</div>
"""
FIGURES = """<div class="figures" id="figures">
  <h2 class="title">Figures</h2>
  <div class="figures-list">{}</div>
</div>
"""
FIGURE = """<figure class="figure-item" data-label="Fig. {place}"><a class="figure-link" href="https://cdn.example/{place}/full.jpg"
    data-figure-id="figure-{place}" data-ga-category="figures" data-ga-action="open_{place}"><img class="figure-thumb"
    loading="lazy" src="https://cdn.example/{place}/thumb.gif" alt="Fig. {place}"></a>
  <figcaption class="figure-caption"><div class="figure-caption-label">Fig. {place}</div>
    <div class="figure-caption-contents"><p>{title}</p>
      <p>{text} <b>A</b> β-wool; <b>B</b> felt and dye.</p></div></figcaption>
</figure>
"""

# Lists

SIMILAR = """<div class="similar-articles" id="similar">
  <h2 class="title">Similar articles</h2>
  <ul class="articles-list" id="similar-articles-list">{}</ul>
  <div class="show-all-wrapper"><a class="usa-button show-all" href="/?linkname=similar&amp;n=1">See all similar articles</a></div>
</div>
"""
CITING = """<div class="citedby-articles" id="citedby">
  <h2 class="title">
    Cited by
    <em class="amount">{count:,}</em>
    articles
  </h2>
  <ul class="articles-list" id="citedby-articles-list">{items}</ul>
</div>
"""
DOCSUM = """<li class="full-docsum">
  <div class="item-selector-wrap selectors-and-actions first-selector"><input aria-labelledby="result-selector-label"
    type="checkbox" class="search-result-selector" id="select-{work.pmid}" value="{work.pmid}"><label class="search-result-position"
    for="select-{work.pmid}"><span class="position-number">{place}</span></label></div>
  <div class="docsum-wrap"><div class="docsum-content">
    <a class="docsum-title" href="/{work.pmid}/" ref="article_id={work.pmid}&amp;linksrc={source}_link&amp;ordinalpos={place}"
      data-full-article-url="from_linkname=pubmed_pubmed&amp;from_from={source}" data-article-id="{work.pmid}"
      data-ga-category="{source}" data-ga-action="{place}" data-ga-label="{work.pmid}">
      {work.title}.
    </a>
    <div class="docsum-citation full-citation">
      <span class="docsum-authors full-authors">{work.listed}.</span>
      <span class="docsum-authors short-authors">{work.short}.</span>
      <span class="docsum-journal-citation full-journal-citation">{work.cited} Epub {work.year} Jan 2.</span>
      <span class="docsum-journal-citation short-journal-citation">{work.journal}. {work.year}.</span>
      <span class="citation-part">PMID: <span class="docsum-pmid">{work.pmid}</span></span>
      <span class="free-resources spaced-citation-item citation-part">Free PMC article.</span>
      <span class="publication-type spaced-citation-item citation-part">Review.</span>
    </div>
  </div></div>
</li>
"""
REFERENCES = """<div class="references" id="references">
  <h2 class="title">References</h2>
  <ol class="references-list" id="top-references-list-1">{top}</ol>
  <div class="show-all-wrapper"><button class="usa-button show-all" aria-controls="full-references-list">Show all</button></div>
  <ol class="references-list" id="full-references-list">{every}</ol>
</div>
"""
REFERENCE = """<li><ol class="references-and-notes-list"><li class="skip-numbering" value="1">
        {text}
        {links}
      </li></ol></li>
"""
REFERENCE_LINK = """-
        <a class="reference-link" data-ga-category="reference" data-ga-action="{work.doi}" data-ga-label="{label}"
          target="_blank" rel="noopener" ref="linksrc=references&amp;id={work.pmid}" href="{url}">{label}</a>
"""
KEYWORDS = """<div class="{section} keywords-section" id="{section}"><h3 class="title">{title}</h3>
  <ul class="keywords-list">{items}</ul></div>
"""
KEYWORD = """<li><div class="keyword-actions dropdown-block">
    <button class="keyword-actions-trigger trigger keyword-link" ref="linksrc=keyword_actions" aria-haspopup="true"
      aria-expanded="false" aria-controls="keyword-actions-{section}-{place}" data-ga-category="keyword" data-ga-action="{entry}">
      {entry}
    </button>
    <div id="keyword-actions-{section}-{place}" class="keyword-actions-dropdown dropdown dropdown-container" aria-hidden="true">
      <div class="title">Actions</div>
      <div class="content"><ul class="keyword-actions-links">
        <li><a class="search-in-pubmed-link dropdown-block-link" href="/?term=n{place}&amp;sort=date">Search in PubMed</a></li>
        <li><a class="search-in-mesh-link dropdown-block-link" href="/mesh/?term=n{place}&amp;cmd=1">Search in MeSH</a></li>
        <li><button class="add-to-search-link dropdown-block-link" role="menuitem">Add to Search</button></li>
      </ul></div>
    </div>
  </div></li>
"""
GRANT = """<li><a class="grant-link" href="/?term=grant&amp;sort=date" ref="linksrc=grant">
      {}
    </a></li>
"""
LINKOUT = """<div class="linkout" id="linkout"><h2 class="title">LinkOut - more resources</h2>
  <ul class="linkout-list">{}</ul></div>
"""
LINKOUT_CATEGORY = """<li class="linkout-category"><h3 class="linkout-category-title">
      {title}
    </h3>
    <ul class="linkout-category-links">{links}</ul></li>
"""
LINKOUT_LINK = """<li><a href="{url}" ref="linkout" target="_blank">
      {name}
    </a></li>
"""

# Beside the article

ASIDE = """<aside class="page-sidebar" id="page-sidebar">
<div class="full-text-links"><h3 class="title">Full text links</h3><div class="full-text-links-list">
    <a class="link-item dialog-focus" href="{url}" title="See full text options at Wool Press" data-ga-category="full_text"><img
      class="image" alt="full text provider logo" src="/w.png"><span class="text">Wool Press</span></a>
    <a class="link-item" href="https://doi.org/{work.doi}" title="See full text options at Doi Example"><img class="image"
      alt="Icon for Doi Example" src="/d.png"></a>
    <a class="link-item pmc" href="https://www.ncbi.nlm.nih.gov/pmc/articles/pmid/{work.pmid}/" title="Free full text"><span
      class="text">Free PMC article</span></a>
  </div></div>
{panels}</aside>
"""
PANEL = """<div class="dialog panel-{place}" id="dialog-{place}" aria-hidden="true"><div class="dialog-inner">
  <form action="/{place}/" method="post"><fieldset><legend class="usa-sr-only">Panel {place} of {work.pmid}</legend>
    <label for="format-{place}">Format:</label><select id="format-{place}" name="format">{options}</select>
    <input type="hidden" name="token" value="madeup-{work.pmid}-{place}">
    <div class="citation-text">{work.short}. {work.title}. {work.journal}. {work.imprint}</div>
    <button class="action usa-button" type="submit" data-ga-category="save_share" data-ga-action="panel_{place}">Send</button>
    <button class="cancel usa-button" type="reset">Cancel</button></fieldset></form></div></div>
"""
