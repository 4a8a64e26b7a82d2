package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpUrlTest {
  @ParameterizedTest
  @CsvSource({
    "https://h/?family=A|B, https, h, 443, h, /?family=A|B",
    "http://h?a=b, http, h, 80, h, /?a=b",
    "http://h, http, h, 80, h, /",
    "https://my_host.example:8443/{a}^`%zz\\?[x]@y, https, my_host.example, 8443,"
        + " my_host.example:8443, /{a}^`%zz\\?[x]@y",
    "HTTP://ExAmple.com:80/A?http://b/, http, example.com, 80, example.com, /A?http://b/",
    "http://[2001:DB8::1]:81/, http, [2001:db8::1], 81, [2001:db8::1]:81, /",
    "http://127.0.0.1:65535/, http, 127.0.0.1, 65535, 127.0.0.1:65535, /"
  })
  void hasTheParts(
      String url, String scheme, String host, int port, String authority, String target) {
    assertThat(HttpUrl.parse(url)).isEqualTo(new HttpUrl(scheme, host, port, authority, target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "h",
        "//h/",
        "ftp://h/",
        "http:/h/",
        "http://",
        "http:///a",
        "http://?a",
        "http://user@h/",
        "http://h:80@evil/",
        "http://h\\@evil/",
        "http://h\\evil/",
        "http://h:/",
        "http://h:0/",
        "http://h:65536/",
        "http://h:000080/",
        "http://h:+80/",
        "http://h:80:80/",
        "http://h%2fevil/",
        "http://a,b/",
        "http://[::1/",
        "http://[]/",
        "http://[::1%25lo]/",
        "http://[::1]evil/",
        "http://a[::1]/",
        "http://h /",
        "http://h/a b",
        "http://h/\r\nx:y",
        "http://h/\u0000",
        "http://h/é",
        "http://h/#a",
        "http://h#@evil/"
      })
  void refusesWhatItWouldHaveToGuess(String url) {
    assertThatThrownBy(() -> HttpUrl.parse(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("(expected: http://host:port");
  }

  @Test
  void aServersAddressHasNoTarget() {
    assertThat(ServerAddress.parse("http://a_b:8080/"))
        .isEqualTo(new ServerAddress("http://a_b:8080", false, "a_b", 8080, "a_b:8080"));
    assertThat(ServerAddress.parse("https://[::1]"))
        .isEqualTo(new ServerAddress("https://[::1]:443", true, "::1", 443, "[::1]"));
    for (String url : new String[] {"http://a/b", "http://a?b", "http://a/?"}) {
      assertThatThrownBy(() -> ServerAddress.parse(url))
          .hasMessage("url: " + url + " (expected: http://host:port or https://host:port)");
    }
  }
}
