"""HTML as a person reads it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.html_text import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("a  b\n c", "a b c"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<div>a<br></div><div><br></div><div>b</div>", "a\n\nb"),
        ("a<br><br><br><br>b", "a\n\nb"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("a<style>x</style><script>y</script><!-- z --><title>t</title>b", "ab"),
        ("<a href='https://x.kz/a'>here</a>", "here <https://x.kz/a>"),
        ("<a href='https://x.kz/'>x.kz</a>", "x.kz"),
        ("<a href='mailto:a@x.kz'>a@x.kz</a>", "a@x.kz"),
        ("<a href='javascript:x()'>here</a>", "here"),
        ("<a href='https://x.kz'><img src=a></a>", ""),
        ("new<blockquote>old<blockquote>older</blockquote></blockquote>end", "new\n\n> old\n>\n> > older\n\nend"),
        ("<div style='display:none'>hidden</div>shown", "shown"),
        ("&lt;b&gt; &amp;nbsp;&nbsp;&#1055;", "<b> &nbsp; П"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_html_becomes_lines(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_elements_without_end_are_read_the_crude_way() -> None:
    assert html_to_text("<style>a{}</style>" + "<div>" * 100_000 + "deep <b>down</b>") == "deep\ndown"


def test_a_tag_with_countless_attributes_is_read_the_crude_way() -> None:
    attributes = " ".join(f"a{number}=b" for number in range(50_000))

    assert html_to_text(f"<p {attributes}>text") == "text"


def test_a_picture_in_the_html_itself_is_no_tag_without_end() -> None:
    assert html_to_text(f"a<img src='data:image/png;base64,{'A' * 100_000}'><p>b</p>") == "a\n\nb"


@given(st.text(alphabet="<>/abp'\"=& \n!-blockquote", max_size=200))
def test_any_html_gives_text(html: str) -> None:
    html_to_text(html).encode("utf-8")
