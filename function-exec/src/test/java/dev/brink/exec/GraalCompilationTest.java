package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.graalvm.polyglot.Engine;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What the JVM is told of the compiler of JavaScript. */
class GraalCompilationTest {
  @Test
  void theJvmsBestCompilerLeavesTheCompilerOfJavaScriptAloneAndNothingElse() throws JMException {
    try (Engine engine = Engine.create("js")) {
      Assumptions.assumeFalse(engine.getImplementationName().contains("Interpreted"));
    }
    try (Sandbox sandbox = Sandbox.of(1)) {
      assertThat(sandbox.eval("return 1 + 1")).isEqualTo("2");
      Sandbox.await("the directive is there", () -> directives().contains("jdk/graal/compiler"));
    }
    String said = directives();
    assertThat(said).containsPattern("(?s)jdk/graal/compiler.*c2 directives:.*Exclude:true");
    assertThat(said.substring(said.lastIndexOf("Directive:")))
        .as("what holds for all other code")
        .contains("*.*")
        .doesNotContain("Exclude:true");
  }

  private static String directives() {
    try {
      return String.valueOf(
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "compilerDirectivesPrint",
                  new Object[0],
                  new String[0]));
    } catch (JMException e) {
      throw new AssertionError(e);
    }
  }
}
