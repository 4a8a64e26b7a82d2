package dev.brink.cache;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A few header fields in one array, which a copy has at once and in few bytes. They are looked for
 * one by one, and not validated; otherwise they are as Netty's. Not thread-safe while they change.
 */
final class FieldList extends HttpHeaders {
  /** A copy has room for so many more: what is said of an answer and on its way to the client. */
  private static final int ROOM = 6;

  /** Each name before its value. */
  private CharSequence[] texts;

  private int end;

  private FieldList(CharSequence[] texts, int end) {
    this.texts = texts;
    this.end = end;
  }

  /** The same fields. */
  static FieldList of(HttpHeaders fields) {
    var list = new FieldList(new CharSequence[2 * fields.size()], 0);
    Iterator<Map.Entry<CharSequence, CharSequence>> all = fields.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      list.append(field.getKey(), field.getValue());
    }
    return list;
  }

  @Override
  public HttpHeaders copy() {
    return new FieldList(Arrays.copyOf(texts, end + 2 * ROOM), end);
  }

  private void append(CharSequence name, CharSequence value) {
    if (end == texts.length) {
      texts = Arrays.copyOf(texts, end + 2 * ROOM);
    }
    texts[end++] = name;
    texts[end++] = value;
  }

  /** Where the first field of that name is from a place on; -1: nowhere. */
  private int find(CharSequence name, int from) {
    for (int i = from; i < end; i += 2) {
      if (AsciiString.contentEqualsIgnoreCase(texts[i], name)) {
        return i;
      }
    }
    return -1;
  }

  private static CharSequence text(Object value) {
    return switch (value) {
      case CharSequence text -> text;
      case Date date -> DateFormatter.format(date);
      case Calendar calendar -> DateFormatter.format(calendar.getTime());
      default -> value.toString();
    };
  }

  @Override
  public @Nullable String get(CharSequence name) {
    int at = find(name, 0);
    return at < 0 ? null : texts[at + 1].toString();
  }

  @Override
  public @Nullable String get(String name) {
    return get((CharSequence) name);
  }

  @Override
  public @Nullable Integer getInt(CharSequence name) {
    try {
      String value = get(name);
      return value == null ? null : Integer.valueOf(value);
    } catch (NumberFormatException _) {
      return null;
    }
  }

  @Override
  public int getInt(CharSequence name, int otherwise) {
    Integer value = getInt(name);
    return value == null ? otherwise : value;
  }

  @Override
  public @Nullable Short getShort(CharSequence name) {
    try {
      String value = get(name);
      return value == null ? null : Short.valueOf(value);
    } catch (NumberFormatException _) {
      return null;
    }
  }

  @Override
  public short getShort(CharSequence name, short otherwise) {
    Short value = getShort(name);
    return value == null ? otherwise : value;
  }

  @Override
  public @Nullable Long getTimeMillis(CharSequence name) {
    String value = get(name);
    Date date = value == null ? null : DateFormatter.parseHttpDate(value);
    return date == null ? null : date.toInstant().toEpochMilli();
  }

  @Override
  public long getTimeMillis(CharSequence name, long otherwise) {
    Long value = getTimeMillis(name);
    return value == null ? otherwise : value;
  }

  @Override
  public List<String> getAll(CharSequence name) {
    int at = find(name, 0);
    if (at < 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>();
    for (; at >= 0; at = find(name, at + 2)) {
      values.add(texts[at + 1].toString());
    }
    return values;
  }

  @Override
  public List<String> getAll(String name) {
    return getAll((CharSequence) name);
  }

  @Override
  public List<Map.Entry<String, String>> entries() {
    List<Map.Entry<String, String>> entries = new ArrayList<>(size());
    for (int i = 0; i < end; i += 2) {
      entries.add(new SimpleImmutableEntry<>(texts[i].toString(), texts[i + 1].toString()));
    }
    return entries;
  }

  @Override
  @SuppressWarnings("deprecation") // Netty's, which its own methods call
  public Iterator<Map.Entry<String, String>> iterator() {
    return entries().iterator();
  }

  @Override
  public Iterator<Map.Entry<CharSequence, CharSequence>> iteratorCharSequence() {
    return new Each();
  }

  @Override
  public boolean contains(CharSequence name) {
    return find(name, 0) >= 0;
  }

  @Override
  public boolean contains(String name) {
    return contains((CharSequence) name);
  }

  @Override
  public boolean isEmpty() {
    return end == 0;
  }

  @Override
  public int size() {
    return end / 2;
  }

  @Override
  public Set<String> names() {
    Set<String> names = new LinkedHashSet<>();
    for (int i = 0; i < end; i += 2) {
      names.add(texts[i].toString());
    }
    return names;
  }

  @Override
  public HttpHeaders add(CharSequence name, Object value) {
    append(name, text(value));
    return this;
  }

  @Override
  public HttpHeaders add(String name, Object value) {
    return add((CharSequence) name, value);
  }

  @Override
  public HttpHeaders add(CharSequence name, Iterable<?> values) {
    for (Object value : values) {
      append(name, text(value));
    }
    return this;
  }

  @Override
  public HttpHeaders add(String name, Iterable<?> values) {
    return add((CharSequence) name, values);
  }

  @Override
  public HttpHeaders addInt(CharSequence name, int value) {
    return add(name, (Object) value);
  }

  @Override
  public HttpHeaders addShort(CharSequence name, short value) {
    return add(name, (Object) value);
  }

  @Override
  public HttpHeaders set(CharSequence name, Object value) {
    return remove(name).add(name, value);
  }

  @Override
  public HttpHeaders set(String name, Object value) {
    return set((CharSequence) name, value);
  }

  @Override
  public HttpHeaders set(CharSequence name, Iterable<?> values) {
    return remove(name).add(name, values);
  }

  @Override
  public HttpHeaders set(String name, Iterable<?> values) {
    return set((CharSequence) name, values);
  }

  @Override
  public HttpHeaders setInt(CharSequence name, int value) {
    return set(name, (Object) value);
  }

  @Override
  public HttpHeaders setShort(CharSequence name, short value) {
    return set(name, (Object) value);
  }

  @Override
  public HttpHeaders remove(CharSequence name) {
    int at = find(name, 0);
    if (at < 0) {
      return this;
    }
    int kept = at;
    for (int i = at; i < end; i += 2) {
      if (!AsciiString.contentEqualsIgnoreCase(texts[i], name)) {
        texts[kept++] = texts[i];
        texts[kept++] = texts[i + 1];
      }
    }
    Arrays.fill(texts, kept, end, null);
    end = kept;
    return this;
  }

  @Override
  public HttpHeaders remove(String name) {
    return remove((CharSequence) name);
  }

  @Override
  public HttpHeaders clear() {
    Arrays.fill(texts, 0, end, null);
    end = 0;
    return this;
  }

  /** All fields, one after the other, as itself: each until the next. */
  private final class Each
      implements Iterator<Map.Entry<CharSequence, CharSequence>>,
          Map.Entry<CharSequence, CharSequence> {
    private int at = -2;

    @Override
    public boolean hasNext() {
      return at + 2 < end;
    }

    @Override
    public Map.Entry<CharSequence, CharSequence> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      at += 2;
      return this;
    }

    @Override
    public CharSequence getKey() {
      return texts[at];
    }

    @Override
    public CharSequence getValue() {
      return texts[at + 1];
    }

    @Override
    public CharSequence setValue(CharSequence value) {
      throw new UnsupportedOperationException("read only");
    }
  }
}
