package dev.brink.cache;

import dev.brink.cache.field.Preferences;
import dev.brink.cache.field.Tokens;
import dev.brink.cache.store.StoreKey;
import dev.brink.cache.wire.StoredHead;
import dev.brink.cache.wire.Variant;
import dev.brink.cache.wire.VariantIndex;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The variants of one key, the newest first: which of them a request selects (RFC 9111 section
 * 4.1). Immutable.
 */
record Variants(List<Variant> all) implements StoredHeads.Content {
  private static final String ACCEPT_ENCODING = "accept-encoding";
  private static final String ORIGIN = "origin";

  /** Beyond these the oldest are forgotten. */
  private static final int MAX_VARIANTS = 64;

  /** Beyond these bytes too, which an index with long values reaches sooner. */
  private static final int MAX_BYTES = 64 << 10;

  private static final int MAX_VALIDATORS = 12;

  static final Variants NONE = new Variants(List.of());

  Variants {
    all = List.copyOf(all);
  }

  static Variants of(VariantIndex index) {
    return new Variants(index.getVariantsList());
  }

  byte[] encode() {
    return StoredHead.newBuilder()
        .setVariants(VariantIndex.newBuilder().addAllVariants(all))
        .build()
        .toByteArray();
  }

  /**
   * Where a response is stored.
   *
   * @param variant what its {@code Vary} makes it; {@code null}: the only one of its key
   */
  record Place(StoreKey id, @Nullable Variant variant) {
    /**
     * @param request what the origin got, or would have got
     * @param others that are stored
     */
    static Place of(
        CacheKey primary, CacheRequest asked, HttpHeaders request, Head response, Variants others) {
      List<String> names = names(response, others);
      if (names.isEmpty()) {
        return new Place(primary.key(), null);
      }
      List<String> values = values(names, request);
      StoreKey id = key(primary, names, values);
      Variant.Builder variant = Variants.variant(id, names, values, response.fields());
      variant.setNegotiated(asked.policy().compresses());
      variant.setDecodable(response.coding() != Coding.AS_IT_CAME);
      return new Place(id, variant.build());
    }
  }

  /** The fields a response's {@code Vary} names, but what its coding makes up for; sorted. */
  static List<String> names(Head response) {
    return names(response, NONE);
  }

  /** The same, with what tells it from others: one in gzip is for all unless one is in brotli. */
  private static List<String> names(Head response, Variants others) {
    Set<String> names = names(response.fields());
    if (others.haveBetterCoding()) {
      names.add(ACCEPT_ENCODING);
    } else if (response.coding() != Coding.AS_IT_CAME) {
      names.remove(ACCEPT_ENCODING);
    }
    return List.copyOf(names);
  }

  private boolean haveBetterCoding() {
    return all.stream()
        .filter(Variant::getNegotiated)
        .anyMatch(each -> AcceptedCodings.isBest(each.getCoding()));
  }

  static Set<String> names(HttpHeaders response) {
    return new TreeSet<>(Tokens.lowerCase(response.getAll(HttpHeaderNames.VARY)));
  }

  /** What a request says in these fields, in normal form. */
  static List<String> values(List<String> names, HttpHeaders request) {
    List<String> values = new ArrayList<>(names.size());
    for (String name : names) {
      values.add(Preferences.normalize(name, request.getAll(name)));
    }
    return values;
  }

  /** The key of a variant. */
  static StoreKey key(CacheKey primary, List<String> names, List<String> values) {
    return StoreKey.of(
        primary.text() + "\nvary " + String.join(",", names) + "\n" + String.join("\n", values));
  }

  static StoreKey key(Variant variant) {
    return new StoreKey(variant.getKeyHigh(), variant.getKeyLow());
  }

  private static Variant.Builder variant(
      StoreKey key, List<String> names, List<String> values, HttpHeaders response) {
    return Variant.newBuilder()
        .addAllNames(names)
        .addAllValues(values)
        .setKeyHigh(key.high())
        .setKeyLow(key.low())
        .setEtag(response.get(HttpHeaderNames.ETAG, ""))
        .setLanguage(response.get(HttpHeaderNames.CONTENT_LANGUAGE, ""))
        .setCoding(response.get(HttpHeaderNames.CONTENT_ENCODING, "").toLowerCase(Locale.ROOT));
  }

  /** One that is stored, as what an origin selects for another request too. */
  static Variant again(Variant stored, HttpHeaders request, HttpHeaders response) {
    List<String> names = stored.getNamesList();
    return variant(key(stored), names, values(names, request), response)
        .setNegotiated(stored.getNegotiated())
        .setDecodable(stored.getDecodable())
        .build();
  }

  /** The variant a request selects. */
  @Nullable Variant select(HttpHeaders request) {
    for (Variant variant : all) {
      if (selects(variant, request)) {
        return variant;
      }
    }
    return null;
  }

  static boolean selects(Variant variant, HttpHeaders request) {
    for (int i = 0; i < variant.getNamesCount(); i++) {
      String name = variant.getNames(i);
      List<String> lines = request.getAll(name);
      if (!Preferences.normalize(name, lines).equals(variant.getValues(i))
          && !prefers(variant, name, lines)
          && !(name.equals(ACCEPT_ENCODING) && suits(variant, variant.getValues(i), request))) {
        return false;
      }
    }
    return true;
  }

  /** Whether the response is in what the request wants most, however else it says so. */
  private static boolean prefers(Variant variant, String name, List<String> lines) {
    return switch (name) {
      case "accept-language" -> wants(variant.getLanguage(), lines);
      case ACCEPT_ENCODING -> wants(variant.getCoding(), lines);
      default -> false;
    };
  }

  /** Whether it is in a coding that is good for the request, where the cache negotiates it. */
  private static boolean suits(Variant variant, String offered, HttpHeaders request) {
    return variant.getNegotiated()
        && AcceptedCodings.of(request)
            .suitedBy(variant.getCoding(), offered, variant.getDecodable());
  }

  /** What allows one site to read it, in its fields, is not said of another, whatever its bytes. */
  private static boolean usable(Variant variant, HttpHeaders request) {
    int site = variant.getNamesList().indexOf(ORIGIN);
    if (site >= 0
        && !Preferences.normalize(ORIGIN, request.getAll(ORIGIN)).equals(variant.getValues(site))) {
      return false;
    }
    return !variant.getNegotiated()
        || AcceptedCodings.of(request).take(variant.getCoding(), variant.getDecodable());
  }

  private static boolean wants(String has, List<String> lines) {
    return !has.isEmpty() && Preferences.prefersOnly(lines, has);
  }

  /** With one more variant, in place of one with the same selection. */
  Variants with(Variant added) {
    List<Variant> after = new ArrayList<>();
    after.add(added);
    int bytes = added.getSerializedSize();
    for (Variant each : all) {
      boolean same =
          each.getNamesList().equals(added.getNamesList())
              && each.getValuesList().equals(added.getValuesList());
      bytes += same ? 0 : each.getSerializedSize();
      if (!same && after.size() < MAX_VARIANTS && bytes <= MAX_BYTES) {
        after.add(each);
      }
    }
    return new Variants(after);
  }

  /** What a variant is selected by; nothing: it is none of these. */
  List<String> namesOf(StoreKey id) {
    return all.stream()
        .filter(each -> key(each).equals(id))
        .findFirst()
        .<List<String>>map(Variant::getNamesList)
        .orElse(List.of());
  }

  /** The fields that the variants were selected by. */
  Set<String> selectingFields() {
    Set<String> names = new TreeSet<>();
    all.forEach(variant -> names.addAll(variant.getNamesList()));
    return names;
  }

  /** Entity tags of the variants that a request can use, for one validation of all of them. */
  List<String> etags(HttpHeaders request) {
    return all.stream()
        .filter(each -> usable(each, request))
        .map(Variant::getEtag)
        .filter(tag -> !tag.isEmpty())
        .distinct()
        .limit(MAX_VALIDATORS)
        .toList();
  }

  /**
   * A variant with this entity tag that a request can use: servers that compress on the way give
   * all codings the same weak one.
   */
  @Nullable Variant tagged(String etag, HttpHeaders request) {
    for (Variant each : all) {
      if (each.getEtag().equals(etag) && usable(each, request)) {
        return each;
      }
    }
    return null;
  }
}
