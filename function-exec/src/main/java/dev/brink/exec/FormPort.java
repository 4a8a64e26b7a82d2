package dev.brink.exec;

import dev.brink.exec.web.MultipartForm;
import java.util.List;
import org.graalvm.polyglot.HostAccess;
import org.jspecify.annotations.Nullable;

/**
 * What {@code forms.js} reads of a form that came as {@code multipart/form-data}, entry by entry.
 * Within a turn only; throws nothing. Public only because the engine reaches it by reflection.
 */
public final class FormPort {
  private final byte[] body;
  private final List<MultipartForm.Entry> entries;

  FormPort(byte[] body, List<MultipartForm.Entry> entries) {
    this.body = body;
    this.entries = entries;
  }

  @HostAccess.Export
  public int count() {
    return entries.size();
  }

  /** A character for a byte. */
  @HostAccess.Export
  public String name(int index) {
    return entries.get(index).name();
  }

  /** A character for a byte; {@code null} when the entry is no file. */
  @HostAccess.Export
  public @Nullable String filename(int index) {
    return entries.get(index).filename();
  }

  /** The type of its content; {@code null} when none is given. */
  @HostAccess.Export
  public @Nullable String type(int index) {
    return entries.get(index).type();
  }

  @HostAccess.Export
  public int start(int index) {
    return entries.get(index).start();
  }

  @HostAccess.Export
  public int end(int index) {
    return entries.get(index).end();
  }

  /** Its content; {@code null} when that is not UTF-8. */
  @HostAccess.Export
  public @Nullable String text(int index) {
    MultipartForm.Entry entry = entries.get(index);
    return MultipartForm.utf8(body, entry.start(), entry.end());
  }
}
