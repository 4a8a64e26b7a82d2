package dev.brink.exec;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.CacheMode;
import com.tngtech.archunit.lang.ArchRule;
import dev.brink.exec.module.BundleModules;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;

@AnalyzeClasses(
    cacheMode = CacheMode.PER_CLASS,
    packages = "dev.brink.exec",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule IMPORTS =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "dev.brink.exec..",
              "java..",
              "javax.crypto..",
              "com.sun.management..",
              "javax.management..",
              "com.aayushatharva.brotli4j..",
              "org.graalvm..",
              "com.oracle.truffle..",
              "com.oracle.js.parser.ir..",
              "io.netty.buffer..",
              "io.netty.util..",
              "io.netty.handler.codec",
              "io.netty.handler.codec.http",
              "org.slf4j..",
              "org.jspecify.annotations..",
              "com.google.errorprone.annotations..");

  /** Inside of the engine, which changes from release to release. */
  @ArchTest
  static final ArchRule ENGINE_IS_CHANGED_IN_TWO_PLACES =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.brink.exec.engine")
          .and()
          .doNotBelongToAnyOf(BundleModules.class)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("com.oracle..");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("dev.brink.exec.(**)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ARROWS_LEAD_INWARD =
      classes()
          .that()
          .resideOutsideOfPackage("dev.brink.exec")
          .should()
          .onlyDependOnClassesThat()
          .resideOutsideOfPackage("dev.brink.exec");

  /** A context that is closed by anybody but OpenContexts may keep its engine, and the JVM, up. */
  @ArchTest
  static final ArchRule CONTEXTS_ARE_CLOSED_IN_ONE_PLACE =
      noClasses()
          .that()
          .doNotBelongToAnyOf(GuestContext.class, GuestContexts.class, OpenContexts.class)
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Context.class, Engine.class);
}
