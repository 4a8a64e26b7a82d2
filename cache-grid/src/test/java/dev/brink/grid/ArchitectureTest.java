package dev.brink.grid;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.CacheMode;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    cacheMode = CacheMode.PER_CLASS,
    packages = "dev.brink",
    importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule importsOnlyWhatTheHouseAllows =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "java..",
              "javax.management..",
              "javax.net.ssl..",
              "javax.cache..",
              "org.apache.ignite..",
              "io.netty.buffer..",
              "io.netty.handler.codec",
              "io.netty.handler.codec.http..",
              "io.netty.util..",
              "com.google.protobuf..",
              "com.google.errorprone.annotations..",
              "org.slf4j..",
              "org.jspecify..",
              "dev.brink.grid..",
              "dev.brink.cache..");

  @ArchTest
  static final ArchRule noIgniteInThePublicFace =
      classes()
          .that()
          .arePublic()
          .and()
          .resideInAPackage("dev.brink..")
          .should()
          .onlyDependOnClassesThat()
          .resideOutsideOfPackages("org.apache.ignite..", "javax.cache..");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.brink.(**)").should().beFreeOfCycles();
}
