import com.google.googlejavaformat.java.Main;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks or rewrites the Java files below a folder: {@code Format.java check|write FOLDER}. */
final class Format {
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[1]);
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<String> words = new ArrayList<>();
    boolean write = args[0].equals("write");
    words.addAll(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    try (var files = Files.walk(folder)) {
      files.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().forEach(words::add);
    }
    if (words.getLast().startsWith("--")) {
      return;
    }
    var out = new PrintWriter(System.out, true);
    int status =
        new Main(out, new PrintWriter(System.err, true), System.in)
            .format(words.toArray(String[]::new));
    if (status != 0) {
      System.err.println("Not in format: run mvn process-sources -Dformat");
      System.exit(status);
    }
  }

  private Format() {}
}
