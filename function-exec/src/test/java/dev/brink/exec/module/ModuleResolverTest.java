package dev.brink.exec.module;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How often the resolver looks for a file: what a tenant wrote decides how many imports it has. */
class ModuleResolverTest {
  private static final int IMPORTS = 500;

  /** Looks for a path and for each of its endings, in the importer's folder and a few packages. */
  private static final int LOOKS = 2 * (1 + ModuleResolver.MAX_TRIES) * 14 + 10;

  /** Counts the looks into it. */
  private static final class Files extends HashMap<String, byte[]> {
    private static final long serialVersionUID = 1;

    private long looks;

    @Override
    public byte @Nullable [] get(Object key) {
      looks++;
      return super.get(key);
    }

    @Override
    public boolean containsKey(Object key) {
      looks++;
      return super.containsKey(key);
    }

    void add(String path) {
      put(path, new byte[0]);
    }
  }

  /** Files in each folder of {@code depth} below one another, which has this package. */
  private static Files deep(int depth, String packageFile) {
    var files = new Files();
    var folder = new StringBuilder();
    for (int i = 0; i <= depth; i++) {
      files.add(folder + "/file.js");
      files.add(folder + "/node_modules/" + packageFile);
      folder.append("/p");
    }
    return files;
  }

  private static String folder(int depth) {
    return "/p".repeat(depth);
  }

  private static long looks(int depth, String specifier) {
    Files files = deep(depth, "p/index.js");
    var resolver = new ModuleResolver(files);
    String importer = folder(depth) + "/file.js";
    assertThat(resolver.resolve(importer)).isEqualTo(importer);
    assertThat(resolver.ofPackage(importer, "missing")).isNull();
    files.looks = 0;
    for (int i = 0; i < IMPORTS; i++) {
      assertThat(resolver.ofPackage(importer, specifier + i)).isNull();
      assertThat(resolver.resolve(folder(depth) + "/" + specifier + i)).isNull();
    }
    return files.looks / IMPORTS;
  }

  @Test
  void anImportOfAMissingPackageCostsTheSameInADeepFolder() {
    assertThat(looks(60, "q")).isEqualTo(looks(3, "q")).isLessThan(LOOKS);
  }

  @Test
  void soDoesOneOfWhatPackagesEverywhereHaveNot() {
    assertThat(looks(60, "p/q")).isLessThan(LOOKS);
    assertThat(looks(60, "p/p/p/p/p/q")).isLessThan(LOOKS);
  }

  @Test
  void theNearestPackageIsFoundFromADeepFolder() {
    Files files = deep(60, "p/index.js");
    var resolver = new ModuleResolver(files);
    assertThat(resolver.ofPackage(folder(60) + "/file.js", "p"))
        .isEqualTo(folder(60) + "/node_modules/p/index.js");
    files.add("/node_modules/top/index.js");
    assertThat(new ModuleResolver(files).resolve(folder(60) + "/top"))
        .isEqualTo("/node_modules/top/index.js");
    assertThat(new ModuleResolver(files).ofPackage(folder(60) + "/file.js", "top/"))
        .isEqualTo("/node_modules/top/index.js");
  }

  @Test
  void noPackageIsLookedForFromFoldersThatAreTooDeep() {
    Files files = deep(PackageFolders.MAX_DEPTH + 1, "p/index.js");
    var resolver = new ModuleResolver(files);
    String file = folder(PackageFolders.MAX_DEPTH + 1) + "/file.js";
    assertThat(resolver.resolve(file)).isEqualTo(file);
    assertThat(resolver.ofPackage(file, "p/index.js")).isNull();
  }

  /** What a package says of its files is read to a certain point only. */
  @Test
  void aPackagesDescriptionIsNotReadAgainAndAgain() {
    var text = new StringBuilder("{\"exports\": {");
    for (int i = 0; i < PackageJson.MAX_LOOKS; i++) {
      text.append("\"./").append(i).append("/*\": \"./x/*.js\", ");
    }
    PackageJson many = PackageJson.parse(bytes(text + "\"./last/*\": \"./last/*.js\"}}"));
    assertThat(many.file("./255/a")).isEqualTo("./x/a.js");
    assertThat(many.file("./last/a")).isNull();
    String nothing = "null, ".repeat(PackageJson.MAX_LOOKS);
    PackageJson one = PackageJson.parse(bytes("{\"exports\": [" + nothing + "\"./a.js\"]}"));
    assertThat(one.file(".")).isNull();
    PackageJson few = PackageJson.parse(bytes("{\"exports\": [null, \"./a.js\"]}"));
    assertThat(few.file(".")).isEqualTo("./a.js");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
