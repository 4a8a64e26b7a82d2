package dev.brink.exec;

import dev.brink.exec.crypto.RandomBytes;
import dev.brink.exec.crypto.RandomUuids;
import dev.brink.exec.crypto.RunningHash;
import dev.brink.exec.encoding.Encodings;
import dev.brink.exec.encoding.ForgivingBase64;
import dev.brink.exec.encoding.TextDecoding;
import dev.brink.exec.wasm.WasmBinary;
import dev.brink.exec.web.MultipartForm;
import dev.brink.exec.web.NormalUrl;
import dev.brink.exec.web.WebUrl;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.graalvm.polyglot.HostAccess;
import org.graalvm.polyglot.Value;
import org.jspecify.annotations.Nullable;

/**
 * What {@code core.js} asks the host at once. Within a turn only; throws nothing. Public only
 * because the engine reaches it by reflection.
 */
public final class HostPort {
  private static final List<ConsoleSink.Level> LEVELS = List.of(ConsoleSink.Level.values());

  /** What the engine can hold: just under 2 GiB. */
  private static final int MAX_WASM_PAGES = 32_767;

  private final Instance instance;
  private final List<Map.Entry<String, String>> variables;
  private final List<String> services;
  private final RandomUuids uuids = new RandomUuids();
  private final long startNanos = System.nanoTime();

  /** What its modules may print while they load. */
  private final LogRoom loadingLog;

  HostPort(Instance instance) {
    this.instance = instance;
    this.loadingLog = new LogRoom(instance.function().outside().limitCounts());
    FunctionBundle bundle = instance.function().bundle();
    var texts = new HashMap<>(bundle.variables());
    bundle.secrets().forEach((name, secret) -> texts.put(name, secret.reveal()));
    this.variables = List.copyOf(texts.entrySet());
    this.services = List.copyOf(bundle.services());
  }

  /** A lazily evaluated part of the web API, made with what {@code core.js} offers to it. */
  @HostAccess.Export
  public Value piece(String name, Value core) {
    return instance.context().eval(GuestSource.of(name)).execute(core);
  }

  @HostAccess.Export
  public int variableCount() {
    return variables.size();
  }

  @HostAccess.Export
  public String variableName(int index) {
    return variables.get(index).getKey();
  }

  @HostAccess.Export
  public String variableValue(int index) {
    return variables.get(index).getValue();
  }

  @HostAccess.Export
  public int serviceCount() {
    return services.size();
  }

  @HostAccess.Export
  public String serviceName(int index) {
    return services.get(index);
  }

  /** Whether a URL is known to be in its serialized form. */
  @HostAccess.Export
  public boolean isNormalUrl(String url) {
    return NormalUrl.is(url);
  }

  /** A URL's record as {@link WebUrl#lines}, or {@code null} when the input is not a URL. */
  @HostAccess.Export
  public @Nullable String parseUrl(String input, @Nullable String baseLines) {
    String normal = baseLines == null ? NormalUrl.lines(input) : null;
    if (normal != null) {
      return normal;
    }
    WebUrl url = WebUrl.parse(input, baseLines == null ? null : WebUrl.ofLines(baseLines));
    return url == null ? null : url.lines();
  }

  /** The record with one property set. */
  @HostAccess.Export
  public String setUrl(String lines, String property, String value) {
    WebUrl url = WebUrl.ofLines(lines);
    url.set(property, value);
    return url.lines();
  }

  /** What a path is as that of a URL that is special; {@code null} to have it parsed. */
  @HostAccess.Export
  public @Nullable String urlPath(String path) {
    return NormalUrl.path(path);
  }

  /** A name or value as {@code application/x-www-form-urlencoded} has it. */
  @HostAccess.Export
  public String formEncoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The form in part of a buffer, which is multipart; {@code null} when that is malformed. */
  @HostAccess.Export
  public @Nullable FormPort multipart(Value buffer, int offset, int length, String boundary) {
    byte[] body = GuestBytes.copy(buffer, offset, length);
    List<MultipartForm.Entry> entries = MultipartForm.parse(body, boundary);
    return entries == null ? null : new FormPort(body, entries);
  }

  /** What {@code btoa} makes of a string; {@code null} if a character is no byte. */
  @HostAccess.Export
  public @Nullable String toBase64(String bytes) {
    return ForgivingBase64.encode(bytes);
  }

  /** What {@code atob} makes of a string; {@code null} if that is no base64. */
  @HostAccess.Export
  public @Nullable String fromBase64(String text) {
    return ForgivingBase64.decode(text);
  }

  /** The name of the encoding that has such a label; {@code null} for none. */
  @HostAccess.Export
  public @Nullable String encoding(String label) {
    return Encodings.nameOf(label.toLowerCase(Locale.ROOT));
  }

  /** A decoder for an encoding other than UTF-8 and UTF-16. */
  @HostAccess.Export
  public DecoderPort decoder(String encoding) {
    return new DecoderPort(TextDecoding.of(encoding));
  }

  /** Prints for the current invocation; levels as in {@link ConsoleSink.Level}. */
  @HostAccess.Export
  public void print(int level, String text) {
    ConsoleSink.Level at = LEVELS.get(level & 3);
    Run run = instance.current();
    if (run == null) {
      ConsoleLines.print(instance.function(), "-", loadingLog, at, text);
    } else {
      ConsoleLines.print(run, at, text);
    }
  }

  /** Secure random bytes. */
  @HostAccess.Export
  public ByteBuffer random(int length) {
    return ByteBuffer.wrap(RandomBytes.of(length));
  }

  @HostAccess.Export
  public String uuid() {
    return uuids.next();
  }

  /** What a function's requests say they come from. */
  @HostAccess.Export
  public String userAgent() {
    return OutboundFetch.USER_AGENT;
  }

  /** A hash whose input comes in parts; {@code null} when there is none of that name. */
  @HostAccess.Export
  public @Nullable HashPort hash(String name) {
    RunningHash hash = RunningHash.of(name);
    return hash == null ? null : new HashPort(hash);
  }

  /** The same with a key, which is part of a buffer. */
  @HostAccess.Export
  public @Nullable HashPort hmac(String name, Value key, int offset, int length) {
    RunningHash hash = RunningHash.keyed(name, GuestBytes.copy(key, offset, length));
    return hash == null ? null : new HashPort(hash);
  }

  /** Web Cryptography's operations. */
  @HostAccess.Export
  public CryptoPort crypto() {
    return new CryptoPort(instance);
  }

  /** The Compression Standard's formats. */
  @HostAccess.Export
  public CompressionPort compression() {
    return new CompressionPort(instance);
  }

  /** WebSockets. */
  @HostAccess.Export
  public SocketsPort sockets() {
    return new SocketsPort(instance);
  }

  /** How large a memory of WebAssembly may become. */
  @HostAccess.Export
  public int maxWasmPages() {
    long bytes = instance.function().bundle().limits().memoryBytes();
    return Math.clamp(bytes / WasmBinary.PAGE_BYTES, 1, MAX_WASM_PAGES);
  }

  /** A module with its memories' sizes bounded; {@code null} when one is too large. */
  @HostAccess.Export
  public @Nullable ByteBuffer limitedWasm(Value buffer, int offset, int length) {
    byte[] module = WasmBinary.limited(GuestBytes.copy(buffer, offset, length), maxWasmPages());
    return module == null ? null : ByteBuffer.wrap(module);
  }

  /** A function that parses a JSON text; {@code undefined} for what it leaves to the engine's. */
  @HostAccess.Export
  public Object jsonParser() {
    return instance.context().jsonParser();
  }

  /**
   * A function that writes a value as JSON; {@code undefined} for what it leaves to the engine's.
   */
  @HostAccess.Export
  public Object jsonWriter() {
    return instance.context().jsonWriter();
  }

  /** Milliseconds since the instance was made, to a tenth. */
  @HostAccess.Export
  public double now() {
    return Math.floor((System.nanoTime() - startNanos) / 100_000.0) / 10;
  }
}
