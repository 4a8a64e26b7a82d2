package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResponseHeadersTest {
  private final ResponseHeaders headers = new ResponseHeaders();

  @Test
  void linesAreHeadersAlsoTheSecondTime() {
    for (int i = 0; i < 2; i++) {
      assertThat(fields("content-type\ntext/html\nset-cookie\na=1\nset-cookie\nb=2\n"))
          .containsExactly("content-type=text/html", "set-cookie=a=1", "set-cookie=b=2");
    }
    assertThat(headers.of("").isEmpty()).isTrue();
    assertThat(fields("etag\n1\n")).containsExactly("etag=1");
  }

  @Test
  void whatIsChangedInSomeIsNotChangedInTheNext() {
    HttpHeaders some = headers.of("content-type\ntext/html\n");
    some.set("content-type", "text/plain").add("brink-node", "a");

    assertThat(fields("content-type\ntext/html\n")).containsExactly("content-type=text/html");
  }

  @Test
  void badLinesAreRefusedEachTime() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> headers.of("a b\n1\n")).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> headers.of("a\nx\ry\n"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> headers.of("a\n1")).isInstanceOf(IllegalArgumentException.class);
      assertThat(headers.of("a\n1\n").get("a")).isEqualTo("1");
    }
  }

  @Test
  void framingIsTheServersOwnBusiness() {
    for (int i = 0; i < 2; i++) {
      assertThat(fields("content-length\n5\ntransfer-encoding\nchunked\na\n1\n"))
          .containsExactly("a=1");
    }
  }

  private List<String> fields(String lines) {
    return headers.of(lines).entries().stream().map(Object::toString).toList();
  }
}
