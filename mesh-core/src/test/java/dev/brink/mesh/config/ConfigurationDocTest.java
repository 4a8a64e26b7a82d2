package dev.brink.mesh.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Keeps docs/configuration.md true. */
class ConfigurationDocTest {
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `([^`]+)` \\| (?:`([^`]*)` )?\\| `([^`]+)` \\| (.+) \\|$", Pattern.MULTILINE);

  @Test
  void theDocumentListsEveryKeyWithItsDefaultAndVariable() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "configuration.md"));
    List<String> documented = new ArrayList<>();
    for (MatchResult row : ROW.matcher(text).results().toList()) {
      String defaultValue = row.group(2) == null ? "" : row.group(2);
      documented.add(row.group(1) + " | " + defaultValue + " | " + row.group(3));
    }

    assertThat(documented)
        .containsExactlyInAnyOrderElementsOf(
            NodeConfig.options().stream()
                .map(o -> o.name() + " | " + o.defaultValue() + " | " + o.environment())
                .toList());
  }

  @Test
  void variablesAreUnambiguous() {
    assertThat(NodeConfig.options()).extracting(ConfigOption::environment).doesNotHaveDuplicates();
  }
}
