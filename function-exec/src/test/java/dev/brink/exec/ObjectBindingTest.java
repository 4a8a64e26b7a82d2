package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.binding.BindingException;
import dev.brink.exec.binding.ObjectBinding;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjectBindingTest {
  private static final Sandbox SANDBOX = Sandbox.of(1);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  enum Size {
    SMALL,
    LARGE
  }

  record Line(String item, int count, Size size) {}

  record Order(long id, List<Line> lines, Map<String, Double> prices, Optional<Instant> paid) {}

  /** What the functions of these tests are given. */
  interface Shop {
    Order order(long id, List<Line> lines);

    CompletionStage<Integer> later(int value);

    void note(String text);

    Optional<String> find(String key);

    Object anything(Object value);

    String broken();

    String refusing(String code);

    Object made(String kind);

    long wide(long value);
  }

  private static final class Warehouse implements Shop {
    final List<String> notes = new CopyOnWriteArrayList<>();

    @Override
    public Order order(long id, List<Line> lines) {
      return new Order(id, new ArrayList<>(lines), Map.of("a", 1.5), Optional.of(Instant.EPOCH));
    }

    @Override
    public CompletionStage<Integer> later(int value) {
      return CompletableFuture.supplyAsync(() -> value + 1);
    }

    @Override
    public void note(String text) {
      notes.add(text);
    }

    @Override
    public Optional<String> find(String key) {
      return key.equals("known") ? Optional.of("value") : Optional.empty();
    }

    @Override
    public Object anything(Object value) {
      return value;
    }

    @Override
    public String broken() {
      throw new IllegalStateException("/etc/secret of " + getClass().getName());
    }

    @Override
    public String refusing(String code) {
      throw BindingException.failed(code, "not today", true);
    }

    @Override
    public Object made(String kind) {
      if (kind.equals("circle")) {
        var circle = new ArrayList<Object>();
        circle.add(circle);
        return circle;
      }
      return List.of(
          new Line("x", 2, Size.SMALL),
          Map.of("at", Instant.EPOCH),
          Optional.of(Size.LARGE),
          Set.of(Optional.empty()));
    }

    @Override
    public long wide(long value) {
      return (1L << 53) + value;
    }

    @SuppressWarnings({"unused", "EffectivelyPrivate"}) // a guest may look for it by reflection
    public String notOfTheInterface() {
      return "must not be reached";
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          return JSON.stringify(await env.SHOP.order(7, [{ item: 'x', count: 2, size: 'LARGE' }])) | {"id":7,"lines":[{"item":"x","count":2,"size":"LARGE"}],"prices":{"a":1.5},"paid":"1970-01-01T00:00:00Z"}
          return await env.SHOP.later(41) | 42
          return await env.SHOP.later(-2147483648) | -2147483647
          return JSON.stringify(await env.SHOP.made('')) | [{"item":"x","count":2,"size":"SMALL"},{"at":"1970-01-01T00:00:00Z"},"LARGE",[null]]
          try { await env.SHOP.made('circle') } catch (e) { return e.code } | internal
          return await env.SHOP.wide(-1) | 9007199254740991
          try { return await env.SHOP.wide(1) } catch (e) { return e.code } | internal
          return JSON.stringify([await env.SHOP.note('n'), await env.SHOP.find('known'), await env.SHOP.find('x')]) | [null,"value",null]
          return JSON.stringify(await env.SHOP.anything({ a: [1.5, null, 'ü\\n', { b: true }] })) | {"a":[1.5,null,"ü\\n",{"b":true}]}
          return Object.keys(env.SHOP).join() | anything,broken,find,later,made,note,order,refusing,wide
          return [typeof env.SHOP.notOfTheInterface, typeof env.SHOP.getClass, typeof env.SHOP.hashCode].join() | undefined,undefined,undefined
          try { await env.SHOP.later('1') } catch (e) { return e.name + ': ' + e.message } | TypeError: argument 1: a string (expected: an integer)
          try { await env.SHOP.later(1.5) } catch (e) { return e.message } | argument 1: a number (expected: an integer)
          try { await env.SHOP.order(1, [{ count: 1, size: 'HUGE' }]) } catch (e) { return e.message } | argument 2[0].size: a string (expected: SMALL, LARGE)
          try { await env.SHOP.later(1, 2) } catch (e) { return e.message } | later: 2 arguments (expected: at most 1)
          try { await env.SHOP.refusing('closed') } catch (e) { return [e.name, e.message, e.code, e.retryable].join() } | Error,not today,closed,true
          try { await env.SHOP.broken() } catch (e) { return [e.name, e.message, e.code, [/etc/, /dev.brink/, /Illegal/].some((part) => part.test(e.stack))].join() } | Error,the host could not do it,internal,false
          """)
  void methodsAreAsyncFunctions(String script, String expected) {
    LoadedFunction function = bound(new Warehouse(), script);
    assertThat(SANDBOX.get(function, "/").end().text()).isEqualTo(expected);
    function.close();
  }

  @Test
  @SuppressWarnings("unused") // the methods are looked at by reflection
  void whatHasNoFormInJsonCannotBeBound() {
    interface Overloaded {
      void a(int x);

      void a(String x);
    }
    Overloaded overloaded =
        new Overloaded() {
          @Override
          public void a(int x) {}

          @Override
          public void a(String x) {}
        };
    interface Foreign {
      Thread thread();
    }
    assertThatThrownBy(() -> ObjectBinding.of(Overloaded.class, overloaded))
        .hasMessageContaining("two methods a");
    assertThatThrownBy(() -> ObjectBinding.of(Foreign.class, Thread::currentThread))
        .hasMessageStartingWith("type: java.lang.Thread");
    assertThatThrownBy(() -> ObjectBinding.of(String.class, ""))
        .hasMessageContaining("an interface");
  }

  /** The compiler makes a second method of the name for callers of the narrowed one. */
  @Test
  @SuppressWarnings("unused") // the methods are looked at by reflection
  void aMethodWhoseResultIsNarrowedIsOne() {
    interface Wide {
      Object name();
    }
    interface Narrow extends Wide {
      @Override
      String name();
    }
    Narrow narrow = () -> "n";
    assertThat(ObjectBinding.of(Narrow.class, narrow).shape())
        .isEqualTo("{\"methods\":[\"name\"]}");
  }

  private static LoadedFunction bound(Warehouse shop, String script) {
    String source =
        "export default { async fetch(request, env) { return new Response(await (async () => {"
            + script
            + "})()) } }";
    FunctionBundle bundle =
        new FunctionBundle(
                "test/shop",
                "main.js",
                Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
                Sandbox.LIMITS,
                Map.of(),
                Set.of())
            .withBindings(Map.of("SHOP", ObjectBinding.of(Shop.class, shop)));
    return Sandbox.join(SANDBOX.runtime.load(bundle));
  }
}
