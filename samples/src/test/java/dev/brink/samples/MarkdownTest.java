package dev.brink.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneNode.class)
class MarkdownTest {
  @Test
  void rendersADocument(SampleNode node) throws Exception {
    HttpResponse<String> response =
        node.post(
            "/markdown",
            """
            # Title *with* emphasis

            A [link](https://example.com/a?b=c "tip"), `code <b>`, ~~gone~~ and \\*stars\\*.

            | left | right |
            |:-----|------:|
            | 1    | `2`   |

            ```java
            if (a < b && c > d) { }
            ```

            1. one
            2. two
               - [x] done

            > quoted & "so"

            Ünïcode 日本 🎉
            """);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(SampleNode.header(response, "content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(response.body())
        .contains(
            "<h1>Title <em>with</em> emphasis</h1>",
            "A <a href=\"https://example.com/a?b=c\" title=\"tip\">link</a>,",
            "<code>code &lt;b&gt;</code>, <del>gone</del> and *stars*.",
            "<th align=\"left\">left</th>",
            "<td align=\"right\"><code>2</code></td>",
            "<pre><code class=\"language-java\">if (a &lt; b &amp;&amp; c &gt; d) { }\n"
                + "</code></pre>",
            "<li>one</li>",
            "<input checked=\"\" disabled=\"\" type=\"checkbox\"> done",
            "<p>quoted &amp; &quot;so&quot;</p>",
            "<p>Ünïcode 日本 🎉</p>");
  }

  @Test
  void rendersThisProjectsReadme(SampleNode node) throws Exception {
    HttpResponse<String> response =
        node.post(
            "/markdown", Files.readString(SampleNode.FUNCTIONS.resolve("../../../README.md")));
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .startsWith("<h1>Brink</h1>")
        .contains("<code class=\"language-sh\">");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<script>alert(1)</script>",
        "text <img src=x onerror=alert(1)>",
        "a <script> <img src=x onerror=alert(1) ",
        "![x\" onerror=\"alert(1)](x.png)",
        "[x](javascript:alert(1))",
        "[x](JavaScript&colon;alert(1))",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "[x]\n\n[x]: vbscript:alert(1)",
        "[x](data:text/html,alert)",
        "```\"onclick=\"alert(1)\ncode\n```",
      })
  void letsNoScriptThrough(String document, SampleNode node) throws Exception {
    HttpResponse<String> response = node.post("/markdown", document);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body())
        .doesNotContainIgnoringCase("<script")
        .doesNotContainPattern("(?i)(href|src)=\"(javascript|vbscript|data)(:|&)");
    String withoutValues = response.body().replaceAll("\"[^\"]*\"", "");
    assertThat(withoutValues).doesNotContainPattern("<[^>]*\\bon[a-z]+=");
  }

  @Test
  void anEmptyDocumentIsEmpty(SampleNode node) throws Exception {
    HttpResponse<String> response = node.post("/markdown", "");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @Test
  void onlyPostIsAllowed(SampleNode node) throws Exception {
    HttpResponse<String> response = node.send(node.request("/markdown"));
    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(SampleNode.header(response, "allow")).isEqualTo("POST");
  }

  @Test
  void aDocumentOfMoreThanAMegabyteIsRefused(SampleNode node) throws Exception {
    HttpResponse<String> response = node.post("/markdown", "*a* ".repeat(270_000));
    assertThat(response.statusCode()).isEqualTo(413);
  }
}
