package dev.brink.mesh.cli;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.folder.FunctionFolder;
import dev.brink.mesh.wire.AdminJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What the demo deploys and asks: the folders of functions in a folder, and its {@code demo.json},
 * a list of {@code {function, method, path, headers, body or bodyFile, expect: {status,
 * contains}}}.
 *
 * @param specs what to deploy
 * @param requests what to send
 */
record DemoPlan(List<DeploymentSpec> specs, List<DemoRequest> requests) {
  private static final Set<String> KEYS =
      Set.of("function", "method", "path", "headers", "body", "bodyFile", "expect");
  private static final Set<String> EXPECT_KEYS = Set.of("status", "contains");

  static DemoPlan read(Path folder) throws IOException {
    Path file = folder.resolve("demo.json");
    if (!Files.isReadable(file)) {
      throw new UsageException(
          "functions: " + folder + " (expected: a folder of functions with a demo.json)");
    }
    List<Path> folders;
    try (Stream<Path> entries = Files.list(folder)) {
      folders = entries.filter(DemoPlan::isFunction).sorted().toList();
    }
    ListValue.Builder requests = ListValue.newBuilder();
    try {
      AdminJson.parse(Files.readString(file), requests);
    } catch (IllegalArgumentException e) {
      throw invalid(file, "not a list of requests: " + e.getMessage());
    }
    List<DemoRequest> read =
        requests.getValuesList().stream()
            .map(value -> request(file, value.getStructValue().getFieldsMap()))
            .toList();
    return new DemoPlan(folders.stream().map(FunctionFolder::read).toList(), read);
  }

  private static boolean isFunction(Path folder) {
    return Files.exists(folder.resolve("brink.json")) || Files.exists(folder.resolve("main.js"));
  }

  private static DemoRequest request(Path file, Map<String, Value> fields) {
    checkKeys(file, fields, KEYS);
    Map<String, Value> expect = struct(fields, "expect").getFieldsMap();
    checkKeys(file, expect, EXPECT_KEYS);
    String bodyFile = text(fields, "bodyFile", "");
    Path body = file.resolveSibling(bodyFile);
    byte[] bytes;
    try {
      bytes =
          bodyFile.isEmpty()
              ? text(fields, "body", "").getBytes(StandardCharsets.UTF_8)
              : Files.readAllBytes(body);
    } catch (IOException e) {
      throw invalid(file, "bodyFile: " + bodyFile + ": " + e);
    }
    return new DemoRequest(
        text(fields, "function", ""),
        text(fields, "method", bytes.length == 0 ? "GET" : "POST"),
        text(fields, "path", "/"),
        struct(fields, "headers").getFieldsMap().entrySet().stream()
            .map(field -> Map.entry(field.getKey(), field.getValue().getStringValue()))
            .toList(),
        bytes,
        bodyFile.isEmpty() ? "" : body.toAbsolutePath().normalize().toString(),
        (int)
            expect
                .getOrDefault("status", Value.newBuilder().setNumberValue(200).build())
                .getNumberValue(),
        text(expect, "contains", ""));
  }

  private static void checkKeys(Path file, Map<String, Value> fields, Set<String> known) {
    for (String key : fields.keySet()) {
      if (!known.contains(key)) {
        throw invalid(file, key + ": unknown key (expected: " + String.join(", ", known) + ")");
      }
    }
  }

  private static Struct struct(Map<String, Value> fields, String key) {
    return fields.getOrDefault(key, Value.getDefaultInstance()).getStructValue();
  }

  private static String text(Map<String, Value> fields, String key, String otherwise) {
    Value value = fields.get(key);
    return value == null ? otherwise : value.getStringValue();
  }

  private static UsageException invalid(Path file, String message) {
    return new UsageException(file + ": " + message);
  }
}
