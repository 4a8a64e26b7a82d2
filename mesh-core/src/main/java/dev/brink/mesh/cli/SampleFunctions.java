package dev.brink.mesh.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which folder of functions a command shows the mesh with. */
final class SampleFunctions {
  @Option(
      names = "--functions",
      paramLabel = "DIR",
      description = "A folder of functions with a demo.json. Default: the samples.")
  private @Nullable Path folder;

  /** What is in the folder given, or else in that of the samples, which the launcher names. */
  DemoPlan plan() throws IOException {
    String samples = System.getProperty("brink.samples.functions", "");
    if (folder == null && samples.isEmpty()) {
      throw new UsageException("--functions: missing (expected: a folder of functions)");
    }
    return DemoPlan.read(folder == null ? Path.of(samples) : folder);
  }
}
