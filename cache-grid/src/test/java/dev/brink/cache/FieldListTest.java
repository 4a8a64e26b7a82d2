package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FieldListTest {
  private static final String[] NAMES = {
    "Age", "age", "Via", "ETag", "Date", "X-Mine", "x-mine", "Content-Length", "Set-Cookie"
  };
  private static final Object[] VALUES = {
    "",
    "a",
    "A",
    7,
    70_000L,
    (short) 3,
    Date.from(Instant.ofEpochSecond(1_800_000_000)),
    new AsciiString("b, c"),
    "Mon, 02 Nov 2026 08:15:30 GMT",
    "999999999999"
  };

  private static HttpHeaders netty() {
    return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  }

  private static void assertSame(HttpHeaders list, HttpHeaders netty) {
    assertThat(list.entries()).hasToString(netty.entries().toString());
    assertThat(texts(list)).isEqualTo(texts(netty));
    assertThat(list.names()).isEqualTo(Set.copyOf(netty.names()));
    assertThat(list.size()).isEqualTo(netty.size());
    assertThat(list.isEmpty()).isEqualTo(netty.isEmpty());
    for (String name : NAMES) {
      assertThat(list.get(name)).isEqualTo(netty.get(name));
      assertThat(list.get(new AsciiString(name))).isEqualTo(netty.get(name));
      assertThat(list.getAll(name)).isEqualTo(netty.getAll(name));
      assertThat(list.contains(name)).isEqualTo(netty.contains(name));
      assertThat(list.contains(name, "a", true)).isEqualTo(netty.contains(name, "a", true));
      assertThat(list.containsValue(name, "c", true))
          .isEqualTo(netty.containsValue(name, "c", true));
      assertThat(list.getInt(name)).isEqualTo(netty.getInt(name));
      assertThat(list.getInt(name, 1)).isEqualTo(netty.getInt(name, 1));
      assertThat(list.getShort(name)).isEqualTo(netty.getShort(name));
      assertThat(list.getShort(name, (short) 1)).isEqualTo(netty.getShort(name, (short) 1));
    }
  }

  private static List<String> texts(HttpHeaders fields) {
    List<String> texts = new ArrayList<>();
    fields
        .iteratorCharSequence()
        .forEachRemaining(field -> texts.add(field.getKey() + "=" + field.getValue()));
    return texts;
  }

  @Test
  void doesWhatNettysDo() {
    var random = new Random(1);
    for (int round = 0; round < 300; round++) {
      HttpHeaders netty = netty();
      HttpHeaders list = FieldList.of(netty);
      for (int step = 0; step < 30; step++) {
        String name = NAMES[random.nextInt(NAMES.length)];
        Object value = VALUES[random.nextInt(VALUES.length)];
        switch (random.nextInt(10)) {
          case 0 -> assertThat(list.remove(name)).isSameAs(list).hasSameSizeAs(netty.remove(name));
          case 1 -> {
            list.set(new AsciiString(name), List.of(value, "z"));
            netty.set(new AsciiString(name), List.of(value, "z"));
          }
          case 2, 3 -> {
            list.set(name, value);
            netty.set(name, value);
          }
          case 4 -> {
            list.add(name, List.of(value, 1)).addInt(name, 2).setShort("Age", (short) 5);
            netty.add(name, List.of(value, 1)).addInt(name, 2).setShort("Age", (short) 5);
          }
          case 5 -> {
            list = list.copy();
            netty = netty.copy();
          }
          default -> {
            list.add(name, value);
            netty.add(name, value);
          }
        }
        assertSame(list, netty);
      }
      assertSame(list.clear(), netty.clear());
    }
  }

  @Test
  void readsDates() {
    HttpHeaders netty = netty().add("a", "Mon, 02 Nov 2026 08:15:30 GMT");
    HttpHeaders list = FieldList.of(netty);
    assertThat(list.getTimeMillis("a")).isNotNull().isEqualTo(netty.getTimeMillis("a"));
    assertThat(list.getTimeMillis("a", 1)).isEqualTo(netty.getTimeMillis("a", 1));
    assertThat(list.getTimeMillis("b")).isNull();
    assertThat(list.getTimeMillis("b", 1)).isEqualTo(1);
  }

  @Test
  void aCopyIsOnItsOwn() {
    HttpHeaders fields = FieldList.of(netty().add("a", "1").add("b", "2"));
    HttpHeaders copy = fields.copy();
    copy.set("a", "3").add("c", "4").remove("b");
    assertThat(texts(fields)).containsExactly("a=1", "b=2");
    assertThat(texts(copy)).containsExactly("a=3", "c=4");
  }
}
