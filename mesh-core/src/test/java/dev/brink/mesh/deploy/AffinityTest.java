package dev.brink.mesh.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AffinityTest {
  private static @Nullable String key(String affinity, String... headers) {
    HttpHeaders all = new DefaultHttpHeaders();
    for (int i = 0; i < headers.length; i += 2) {
      all.add(headers[i], headers[i + 1]);
    }
    return Affinity.parse(affinity).key(all);
  }

  @Test
  void theKeyIsAHeadersValue() {
    assertThat(key("header:X-Session", "x-session", "abc")).isEqualTo("abc");
    assertThat(key("header:x-session", "x-other", "abc")).isNull();
    assertThat(key("header:x-session", "x-session", "")).isNull();
    assertThat(key("header:x-session", "x-session", "a".repeat(257))).isNull();
    assertThat(key("", "x-session", "abc")).isNull();
  }

  @Test
  void theKeyIsACookiesValue() {
    assertThat(key("cookie:sid", "cookie", "sid=abc")).isEqualTo("abc");
    assertThat(key("cookie:sid", "cookie", "a=b; sid=abc; c=d")).isEqualTo("abc");
    assertThat(key("cookie:sid", "cookie", "xsid=1;sid=abc")).isEqualTo("abc");
    assertThat(key("cookie:sid", "cookie", "sid2=1; sid")).isNull();
    assertThat(key("cookie:sid", "cookie", "")).isNull();
    assertThat(key("cookie:sid")).isNull();
  }

  @Test
  void isWrittenAsItIsRead() {
    for (String text : List.of("", "header:x-session", "cookie:sid")) {
      assertThat(Affinity.parse(text).text()).isEqualTo(text);
    }
    for (String bad : List.of("x", "header", "header:", "cookie:a b", "ip:x", ":x")) {
      assertThatThrownBy(() -> Affinity.parse(bad))
          .hasMessage("affinity: " + bad + " (expected: header:NAME or cookie:NAME)");
    }
  }
}
