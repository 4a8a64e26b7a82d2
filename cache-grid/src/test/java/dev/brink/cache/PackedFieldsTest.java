package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedFieldsTest {
  private static HttpHeaders fields(String... namesAndValues) {
    HttpHeaders fields =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return fields;
  }

  private static ByteString assertUnchanged(HttpHeaders fields) {
    ByteString packed = PackedFields.pack(fields);
    HttpHeaders unpacked = Objects.requireNonNull(PackedFields.unpack(packed), "unpacked");
    assertThat(unpacked.entries()).hasToString(fields.entries().toString());
    return packed;
  }

  @Test
  void whatAWebServerSendsTakesAQuarter() {
    HttpHeaders fields =
        fields(
            "Server", "nginx",
            "Date", "Fri, 27 Nov 2026 22:00:00 GMT",
            "Content-Type", "image/jpeg",
            "Content-Length", "1024",
            "Last-Modified", "Mon, 02 Nov 2026 08:15:30 GMT",
            "ETag", "\"6543fe12-400\"",
            "Cache-Control", "public, max-age=86400",
            "Accept-Ranges", "bytes");
    int text =
        fields.entries().stream()
            .mapToInt(field -> field.getKey().length() + field.getValue().length() + 4)
            .sum();
    assertThat(assertUnchanged(fields).size()).isLessThan(text / 4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "Fri, 27 Nov 2026 22:00:00 gmt",
        "Thu, 27 Nov 2026 22:00:00 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Wed, 31 Dec 1969 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Fri, 31 Dec 9999 23:59:60 GMT",
        "Fri, 31 Dec 2027 23:59:60 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "caf\u00e9 \u00ff",
        "\u65e5\u672c \ud83d\ude00",
        "NGINX"
      })
  void valuesComeBackAsTheyWere(String value) {
    assertUnchanged(fields("Server", value, "X-Mine", value, "x-\u00e9", value, "Server", "b"));
  }

  @Test
  void everySpellingOfANameIsKept() {
    assertUnchanged(fields("ETag", "a", "etag", "b", "Etag", "c", "ETAG", "d"));
  }

  /** A name and a value of later versions, no value, less than it says, a date too far away. */
  @ParameterizedTest
  @ValueSource(strings = {"7802", "01fe7f", "01", "012861", "01ffffffffffffff7f"})
  void whatIsNotUnderstoodIsTold(String hex) {
    assertThat(PackedFields.unpack(ByteString.fromHex(hex))).isNull();
  }
}
