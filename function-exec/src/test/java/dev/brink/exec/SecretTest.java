package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SecretTest {
  private static final String VALUE = "s3cr3t-value";

  private final Sandbox sandbox = Sandbox.of(1);

  @AfterEach
  void close() {
    sandbox.close();
  }

  @Test
  void theFunctionHasItInEnv() {
    LoadedFunction function = load("return new Response(env.API_KEY + env.GREETING)");
    assertThat(sandbox.get(function, "/").end().text()).isEqualTo(VALUE + "hi");
  }

  @Test
  void theConsoleHidesIt() {
    LoadedFunction function =
        load("console.log('key', env.API_KEY, { key: env.API_KEY }); return new Response('')");
    sandbox.get(function, "/").end();
    assertThat(sandbox.console).containsExactly("INFO key *** { key: '***' }");
  }

  @Test
  void errorsHideIt() {
    LoadedFunction function = load("throw new Error(`cannot log in with ${env.API_KEY}`)");
    assertThat(sandbox.get(function, "/").failure()).hasMessage("Error: cannot log in with ***");
    assertThat(sandbox.console.toString()).contains("cannot log in with ***").doesNotContain(VALUE);
  }

  @Test
  void theErrorThatBreaksABodyOffHidesItToo() {
    LoadedFunction function =
        load(
            "return new Response(new ReadableStream({ pull() { throw new Error('key ' +"
                + " env.API_KEY) } }))");
    Answered answered = sandbox.get(function, "/");
    assertThatThrownBy(answered::bytes).hasMessageEndingWith("Error: key ***");
    assertThat(sandbox.console.toString()).contains("key ***").doesNotContain(VALUE);
  }

  @Test
  void whateverTheFormItIsHidden() {
    String value = "first \"line\"\nsecond 'line'\tend";
    LoadedFunction function =
        load(
            """
            console.log(env.API_KEY, [env.API_KEY], JSON.stringify({ key: env.API_KEY }));
            throw new Error('x'.repeat(1900) + env.API_KEY + 'more');
            """,
            value);
    assertThat(sandbox.get(function, "/").failure().getMessage()).endsWith("xxx***");
    assertThat(sandbox.console.toString()).contains("*** [ \"***\" ] {\"key\":\"***\"}");
    assertThat(sandbox.console.toString()).doesNotContain("first", "second", "line");
    LoadedFunction cut = load("throw new Error('x'.repeat(1980) + env.API_KEY)", "a-b-".repeat(9));
    assertThat(sandbox.get(cut, "/").failure().getMessage()).endsWith("xxx***…");
    assertThat(sandbox.console.toString()).contains("xxx***…").doesNotContain("a-b-");
  }

  @Test
  void bundlesHideIt() {
    assertThat(bundle("").toString()).doesNotContain(VALUE);
    assertThat(Secret.of(VALUE)).hasToString("***").isEqualTo(Secret.of(VALUE));
  }

  private LoadedFunction load(String script) {
    return load(script, VALUE);
  }

  private LoadedFunction load(String script, String value) {
    return Sandbox.join(
        sandbox.runtime.load(bundle(script).withSecrets(Map.of("API_KEY", Secret.of(value)))));
  }

  private static FunctionBundle bundle(String script) {
    String source = "export default { async fetch(request, env) {" + script + "} }";
    return new FunctionBundle(
            "test/secret",
            "main.js",
            Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
            Sandbox.LIMITS,
            Map.of("GREETING", "hi"),
            Set.of())
        .withSecrets(Map.of("API_KEY", Secret.of(VALUE)));
  }
}
