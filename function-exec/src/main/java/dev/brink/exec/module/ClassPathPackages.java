package dev.brink.exec.module;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/** Packages of npm that are on the class path as jars. */
public final class ClassPathPackages {
  /**
   * The files of packages, as in a bundle: {@code node_modules/NAME/…}.
   *
   * @param folders resources of a jar each, with the package's files below; by the package's name
   * @throws IOException when one is not there
   */
  public static Map<String, byte[]> read(Map<String, String> folders) throws IOException {
    var files = new HashMap<String, byte[]>();
    for (Map.Entry<String, String> each : folders.entrySet()) {
      read(each.getKey(), each.getValue(), files);
    }
    return files;
  }

  private static void read(String name, String folder, Map<String, byte[]> files)
      throws IOException {
    URL url = ClassPathPackages.class.getResource(folder + "/package.json");
    if (url == null || !(url.openConnection() instanceof JarURLConnection connection)) {
      throw new IOException(folder + ": not in a jar of the class path");
    }
    String prefix = folder.substring(1) + "/";
    connection.setUseCaches(false);
    try (JarFile jar = connection.getJarFile()) {
      for (JarEntry entry : sources(jar, prefix)) {
        try (InputStream in = jar.getInputStream(entry)) {
          String file = entry.getName().substring(prefix.length());
          files.put("node_modules/" + name + "/" + file, in.readAllBytes());
        }
      }
    }
  }

  private static Collection<JarEntry> sources(JarFile jar, String prefix) {
    return jar.stream().filter(entry -> isSource(entry.getName(), prefix)).toList();
  }

  private static boolean isSource(String name, String prefix) {
    return name.startsWith(prefix)
        && (name.endsWith(".js")
            || name.endsWith(".mjs")
            || name.endsWith(".cjs")
            || name.endsWith(".json"));
  }

  private ClassPathPackages() {}
}
