package dev.brink.exec.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the parser itself reads; JsonParseTest has what JSON.parse makes of it. */
class EngineJsonTest {
  private static void inContext(Engine engine, EngineJson json, Consumer<Value> test) {
    try (var context = Context.newBuilder("js").engine(engine).build()) {
      context.initialize("js");
      context.enter();
      try {
        test.accept(context.asValue(json.parser()));
      } finally {
        context.leave();
      }
    }
  }

  private static Engine engine() {
    return Engine.newBuilder("js").option("engine.WarnInterpreterOnly", "false").build();
  }

  private static void inContext(Consumer<Value> test) {
    try (var engine = engine()) {
      inContext(engine, new EngineJson(), test);
    }
  }

  @Test
  void itReadsWhatIsJson() {
    inContext(
        parser -> {
          Value read = parser.execute("[{\"a\":[1,2.5,-0,true,null]},{\"a\":\"\\u0041€\"}]");
          assertThat(read.getArrayElement(0).getMember("a").toString())
              .isEqualTo("(5)[1, 2.5, -0, true, null]");
          assertThat(read.getArrayElement(1).getMember("a").asString()).isEqualTo("A€");
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nul", "[1,]", "{\"a\":1]", "\"\n\"", "01", "1e"})
  void whatIsNotIsLeftToTheEngine(String text) {
    inContext(parser -> assertThat(parser.execute(text).toString()).isEqualTo("undefined"));
  }

  @Test
  void whatIsNoStringOrNestedTooDeeplyIsLeftToTheEngine() {
    inContext(
        parser -> {
          assertThat(parser.execute(12).toString()).isEqualTo("undefined");
          assertThat(parser.execute("[".repeat(100) + "]".repeat(100)).hasArrayElements()).isTrue();
          assertThat(parser.execute("[".repeat(101) + "]".repeat(101)).toString())
              .isEqualTo("undefined");
        });
  }

  @Test
  void moreKeysThanAreKeptAreReadToo() {
    inContext(
        parser -> {
          for (int round = 0; round < 6; round++) {
            for (int i = 0; i < 600; i++) {
              Value read = parser.execute("[{\"k" + i + "\":1,\"same\":2},{\"same\":3}]");
              assertThat(read.getArrayElement(0).getMember("k" + i).asInt()).isEqualTo(1);
              assertThat(read.getArrayElement(1).getMember("same").asInt()).isEqualTo(3);
            }
          }
        });
  }

  @Test
  void anObjectOfManyKeysIsReadToo() {
    var text = new StringBuilder("{");
    for (int i = 0; i < 1000; i++) {
      text.append("\"k").append(i).append("\":").append(i).append(',');
    }
    text.append("\"k5\":-5}");
    inContext(
        parser -> {
          for (int i = 0; i < 6; i++) {
            Value read = parser.execute(text.toString());
            assertThat(read.getMemberKeys()).hasSize(1000);
            assertThat(read.getMember("k999").asInt()).isEqualTo(999);
            assertThat(read.getMember("k5").asInt()).isEqualTo(-5);
          }
        });
  }

  @Test
  void contextsOfOneEngineShareTheCodeAndNoObjects() {
    try (var engine = engine()) {
      var json = new EngineJson();
      for (int i = 0; i < 3; i++) {
        inContext(
            engine,
            json,
            parser -> {
              Value context = Context.getCurrent().eval("js", "Object.prototype");
              for (int j = 0; j < 6; j++) {
                Value read = parser.execute("{\"a\":{\"b\":1}}").getMember("a");
                assertThat(read.getMetaObject().getMember("prototype")).isEqualTo(context);
              }
            });
      }
    }
  }

  @Test
  void enginesThatRunSideBySideEachHaveTheirOwnCode() {
    var json = new EngineJson();
    try (var one = engine();
        var other = engine()) {
      for (Engine engine : new Engine[] {one, other, one}) {
        inContext(
            engine,
            json,
            parser ->
                assertThat(
                        parser.execute("[{\"a\":1},{\"a\":2}]").getArrayElement(1).getMember("a"))
                    .extracting(Value::asInt)
                    .isEqualTo(2));
      }
    }
  }
}
