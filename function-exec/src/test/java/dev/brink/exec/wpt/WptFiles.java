package dev.brink.exec.wpt;

import dev.brink.exec.Subrequests;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** The checkout as the one server that tests can fetch from; it has static files only. */
final class WptFiles implements Subrequests {
  static final String ORIGIN = "http://web-platform.test:8000/";

  private final Path root;

  WptFiles(Path root) {
    this.root = root;
  }

  @Override
  public Cancellable fetch(Subrequest subrequest, Listener listener) {
    String url = subrequest.request().uri();
    if (!url.startsWith(ORIGIN)) {
      listener.onFailure("no such server");
      return () -> {};
    }
    try {
      Path file = root.resolve(URI.create(url).getPath().substring(1)).normalize();
      boolean plain = file.startsWith(root) && Files.isRegularFile(file);
      if (file.toString().endsWith(".py")) {
        listener.onFailure("the server runs no scripts");
      } else if (plain) {
        var content = Unpooled.wrappedBuffer(Files.readAllBytes(file));
        var response =
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
        response.headers().set("content-type", type(file.toString()));
        listener.onResponse(response, null);
      } else {
        listener.onResponse(
            new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.NOT_FOUND), null);
      }
    } catch (IOException | IllegalArgumentException e) {
      listener.onFailure("the file cannot be read");
    }
    return () -> {};
  }

  private static String type(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "json" -> "application/json";
      case "js" -> "text/javascript";
      case "html" -> "text/html";
      case "wasm" -> "application/wasm";
      case "txt", "idl" -> "text/plain";
      default -> "application/octet-stream";
    };
  }
}
