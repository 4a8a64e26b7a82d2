package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.brink.mesh.wire.AdminJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demo with real nodes in processes of their own. */
class DemoCommandTest {
  @TempDir Path folder;

  @Test
  void asksEveryIngressAndTellsRightFromWrong() throws IOException {
    Path hello = Files.createDirectory(folder.resolve("hello"));
    Files.writeString(hello.resolve("brink.json"), "{\"routes\": [\"/hello\"]}");
    Files.writeString(
        hello.resolve("main.js"),
        "export default { fetch(request) { return new Response('hello ' + request.method); } };");
    Files.writeString(
        folder.resolve("demo.json"),
        """
        [{"function": "hello", "path": "/hello", "expect": {"contains": "hello GET"}},
         {"function": "hello", "path": "/none", "expect": {"contains": "hello"}}]
        """);
    Run run = new Run();

    int code =
        run.run("demo", "--nodes", "2", "--exit", "--json", "--functions", folder.toString());

    assertThat(run.err()).contains("2 nodes are one mesh after");
    assertThat(code).isEqualTo(1);
    Struct report = AdminJson.parse(run.out(), Struct.newBuilder()).build();
    assertThat(report.getFieldsOrThrow("right").getBoolValue()).isFalse();
    List<Struct> answers =
        report.getFieldsOrThrow("answers").getListValue().getValuesList().stream()
            .map(Value::getStructValue)
            .toList();
    assertThat(answers)
        .extracting(answer -> text(answer, "sentTo"))
        .containsExactly("demo-1", "demo-2", "demo-1", "demo-2");
    assertThat(answers)
        .extracting(answer -> answer.getFieldsOrThrow("right").getBoolValue())
        .containsExactly(true, true, false, false);
    Struct right = answers.getFirst();
    assertThat(text(right, "ranOn")).startsWith("demo-");
    assertThat(text(right, "why")).isNotEmpty();
    assertThat(right.getFieldsOrThrow("millis").getStructValue().getFieldsMap())
        .containsOnlyKeys("net", "queue", "cold", "run", "total");
    assertThat(text(answers.getLast(), "problem")).startsWith("status 404, expected 200: ");
  }

  private static String text(Struct fields, String name) {
    return fields.getFieldsOrThrow(name).getStringValue();
  }

  @Test
  void badArgumentsAreUsage() {
    Run nodes = new Run();
    assertThat(nodes.run("demo", "--nodes", "17", "--functions", folder.toString())).isEqualTo(2);
    assertThat(nodes.err()).isEqualTo("brink demo: --nodes: 17 (expected: 1 to 16)\n");

    Run functions = new Run();
    assertThat(functions.run("demo", "--functions", folder.toString())).isEqualTo(2);
    assertThat(functions.err()).contains("(expected: a folder of functions with a demo.json)");
  }
}
