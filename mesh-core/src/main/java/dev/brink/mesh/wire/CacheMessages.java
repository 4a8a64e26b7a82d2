package dev.brink.mesh.wire;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Change;
import dev.brink.cache.HeardPurge;
import dev.brink.cache.HerdNews;
import dev.brink.cache.Purge;
import dev.brink.cache.QueryRule;
import dev.brink.cache.store.StoreKey;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.proto.CacheChange;
import dev.brink.mesh.proto.CacheSettings;
import dev.brink.mesh.proto.HerdReport;
import dev.brink.mesh.proto.PurgeCall;
import dev.brink.mesh.proto.PurgeRecord;
import dev.brink.mesh.proto.PurgeScope;
import java.time.Duration;
import java.util.List;

/** How responses are cached, and what outdates them, as records and as messages. */
public final class CacheMessages {
  /** A policy as a message; what has its default is not set. */
  public static CacheSettings settings(CachePolicy policy) {
    CachePolicy defaults = CachePolicy.DEFAULT;
    QueryRule query = policy.query();
    CacheSettings.Builder settings =
        CacheSettings.newBuilder()
            .setStrict(policy.strict())
            .setQueryVerbatim(query.mode() == QueryRule.Mode.VERBATIM)
            .setQueryTrackers(query.mode() != QueryRule.Mode.VERBATIM && !query.trackers())
            .addAllKeyHeaders(policy.keyHeaders())
            .addAllKeyCookies(policy.keyCookies())
            .setKeyDevice(policy.deviceClass())
            .addAllForwardHeaders(policy.forwardHeaders())
            .addAllUnshared(policy.unshared())
            .setIgnoreRequestDirectives(!policy.requestDirectives())
            .setUncompressed(!policy.compress())
            .setDefaultTtlMs(policy.defaultTtl().toMillis())
            .setNegativeTtlMs(policy.negativeTtl().toMillis())
            .setStaleWhileRevalidateMs(policy.staleWhileRevalidate().toMillis());
    switch (query.mode()) {
      case ONLY -> settings.addAllQueryOnly(query.names());
      case EXCEPT -> settings.addAllQueryExcept(query.names());
      case ALL, VERBATIM -> {}
    }
    if (!policy.heuristicMax().equals(defaults.heuristicMax())) {
      settings.setHeuristicMaxMs(policy.heuristicMax().toMillis());
    }
    if (!policy.staleIfError().equals(defaults.staleIfError())) {
      settings.setStaleIfErrorMs(policy.staleIfError().toMillis());
    }
    return settings.build();
  }

  public static CacheChange toProto(Change change) {
    return CacheChange.newBuilder()
        .setSpace(change.space())
        .setUrl(change.url())
        .setKeyHigh(change.key().high())
        .setKeyLow(change.key().low())
        .setStamp(change.stamp())
        .build();
  }

  public static Change fromProto(CacheChange change) {
    var key = new StoreKey(change.getKeyHigh(), change.getKeyLow());
    return new Change(change.getSpace(), change.getUrl(), key, true, change.getStamp());
  }

  public static HerdReport toProto(HerdNews news) {
    return HerdReport.newBuilder()
        .setFolderHigh(news.folder().high())
        .setFolderLow(news.folder().low())
        .setKeyHigh(news.key().high())
        .setKeyLow(news.key().low())
        .setShared(news.shared())
        .setCookies(news.cookies())
        .setAuthorization(news.authorization())
        .build();
  }

  public static HerdNews fromProto(HerdReport report) {
    return new HerdNews(
        new StoreKey(report.getFolderHigh(), report.getFolderLow()),
        new StoreKey(report.getKeyHigh(), report.getKeyLow()),
        report.getShared(),
        report.getCookies(),
        report.getAuthorization());
  }

  /**
   * A policy from a message.
   *
   * @throws DeploymentException for what can't be
   */
  public static CachePolicy policy(CacheSettings settings) {
    return policy(settings, "", "");
  }

  /** As {@link #policy(CacheSettings)}, for the responses of a tenant's version. */
  public static CachePolicy policy(CacheSettings settings, String tenant, String version) {
    CachePolicy.Builder policy =
        CachePolicy.builder()
            .space(tenant)
            .version(version)
            .strict(settings.getStrict())
            .query(query(settings))
            .keyHeaders(settings.getKeyHeadersList())
            .keyCookies(settings.getKeyCookiesList())
            .deviceClass(settings.getKeyDevice())
            .forwardHeaders(settings.getForwardHeadersList())
            .unshared(settings.getUnsharedList())
            .requestDirectives(!settings.getIgnoreRequestDirectives())
            .compress(!settings.getUncompressed())
            .defaultTtl(Duration.ofMillis(settings.getDefaultTtlMs()))
            .negativeTtl(Duration.ofMillis(settings.getNegativeTtlMs()))
            .staleWhileRevalidate(Duration.ofMillis(settings.getStaleWhileRevalidateMs()));
    if (settings.hasHeuristicMaxMs()) {
      policy.heuristicMax(Duration.ofMillis(settings.getHeuristicMaxMs()));
    }
    if (settings.hasStaleIfErrorMs()) {
      policy.staleIfError(Duration.ofMillis(settings.getStaleIfErrorMs()));
    }
    try {
      return policy.build();
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("invalid-deployment", "cache: " + e.getMessage(), false);
    }
  }

  private static QueryRule query(CacheSettings settings) {
    boolean only = settings.getQueryOnlyCount() > 0;
    boolean except = settings.getQueryExceptCount() > 0;
    if ((only && except) || (settings.getQueryVerbatim() && (only || except))) {
      throw SpecMessages.invalid(
          "cache.query", "several rules", "one of queryOnly, queryExcept and queryVerbatim");
    }
    boolean drop = !settings.getQueryTrackers();
    if (settings.getQueryVerbatim()) {
      return QueryRule.VERBATIM;
    }
    if (only) {
      return new QueryRule(QueryRule.Mode.ONLY, settings.getQueryOnlyList(), drop);
    }
    return except
        ? new QueryRule(QueryRule.Mode.EXCEPT, settings.getQueryExceptList(), drop)
        : new QueryRule(QueryRule.Mode.ALL, List.of(), drop);
  }

  /** A purge as the grid keeps it and links carry it. */
  public static PurgeRecord toProto(Purge purge) {
    return PurgeRecord.newBuilder()
        .setScope(
            switch (purge.scope()) {
              case URL -> PurgeScope.PURGE_URL;
              case PREFIX -> PurgeScope.PURGE_PREFIX;
              case HOST -> PurgeScope.PURGE_HOST;
              case TAG -> PurgeScope.PURGE_TAG;
              case ALL -> PurgeScope.PURGE_ALL;
            })
        .setSpace(purge.space())
        .setValue(purge.value())
        .setSoft(purge.soft())
        .setStamp(purge.stamp())
        .build();
  }

  /** A purge as this node holds it. */
  public static PurgeRecord toProto(HeardPurge heard) {
    return toProto(heard.purge()).toBuilder().setSaid(heard.said()).build();
  }

  /** A purge as another node holds it. */
  public static HeardPurge heardFromProto(PurgeRecord record) {
    Purge purge = fromProto(record);
    return new HeardPurge(purge, record.getSaid() == 0 ? purge.stamp() : record.getSaid());
  }

  /** A purge from the grid or a link; of a scope that is not known, everything. */
  public static Purge fromProto(PurgeRecord record) {
    Purge.Scope scope =
        switch (record.getScope()) {
          case PURGE_URL -> Purge.Scope.URL;
          case PURGE_PREFIX -> Purge.Scope.PREFIX;
          case PURGE_HOST -> Purge.Scope.HOST;
          case PURGE_TAG -> Purge.Scope.TAG;
          case PURGE_ALL, UNRECOGNIZED -> Purge.Scope.ALL;
        };
    return new Purge(
        scope,
        record.getSpace(),
        scope == Purge.Scope.ALL ? "" : record.getValue(),
        record.getSoft(),
        record.getStamp());
  }

  /**
   * What an operator asks for.
   *
   * @throws IllegalArgumentException unless it names exactly one thing
   */
  public static Purge fromProto(PurgeCall call) {
    Purge purge = null;
    int named = 0;
    for (Purge.Scope scope : Purge.Scope.values()) {
      String value =
          switch (scope) {
            case URL -> call.getUrl();
            case PREFIX -> call.getPrefix();
            case HOST -> call.getHost();
            case TAG -> call.getTag();
            case ALL -> "";
          };
      if (scope == Purge.Scope.ALL ? call.getAll() : !value.isEmpty()) {
        named++;
        purge = new Purge(scope, call.getTenant(), value, call.getSoft(), 0);
      }
    }
    if (purge == null || named != 1) {
      throw new IllegalArgumentException(
          "purge: " + named + " things (expected: one of url, prefix, host, tag and all)");
    }
    return purge;
  }

  /** The message of a purge that an operator asks for. */
  public static PurgeCall call(Purge purge) {
    PurgeCall.Builder call = PurgeCall.newBuilder().setSoft(purge.soft()).setTenant(purge.space());
    switch (purge.scope()) {
      case URL -> call.setUrl(purge.value());
      case PREFIX -> call.setPrefix(purge.value());
      case HOST -> call.setHost(purge.value());
      case TAG -> call.setTag(purge.value());
      case ALL -> call.setAll(true);
    }
    return call.build();
  }

  private CacheMessages() {}
}
