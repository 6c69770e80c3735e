@echo off
rem The script `jangteo` for Windows: finds the .NET SDK, builds tools\Jangteo.Cli when its sources have changed, and runs it. Everything else is there.
setlocal enableextensions
set "root=%~dp0"
set "cli=%root%artifacts\bin\Jangteo.Cli\debug\Jangteo.Cli.dll"
set "built=%root%artifacts\built"
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1

set "dotnet="
for /f "delims=" %%D in ('where dotnet 2^>nul') do if not defined dotnet call :try "%%D"
if not defined dotnet if defined DOTNET_ROOT call :try "%DOTNET_ROOT%\dotnet.exe"
if not defined dotnet call :try "%ProgramFiles%\dotnet\dotnet.exe"
if not defined dotnet call :try "%LOCALAPPDATA%\Microsoft\dotnet\dotnet.exe"
if not defined dotnet (
  echo The .NET SDK 10 is missing. Install it: https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
  exit /b 1
)

if not exist "%built%" mkdir "%built%"
rem One build at a time: a file that is open for writing belongs to one process, and is free again when that ends.
set "had="
set "told="
set /a turns=0
:turn
8>&2 2>nul (
  9>"%built%\cli.lock" (
    set "had=yes"
    call :bring_up_to_date 2>&8
  )
)
if not defined had if %turns% geq 600 (
  echo %built%\cli.lock cannot be written, or another jangteo has been building for ten minutes. 1>&2
  exit /b 1
)
if not defined had (
  if not defined told echo Another jangteo is building; waiting for it ... 1>&2
  set "told=yes"
  set /a turns+=1
  ping -n 2 127.0.0.1 >nul
  goto :turn
)
if not exist "%cli%" exit /b 1
"%dotnet%" "%cli%" %*
exit /b %errorlevel%

:try
if exist %1 (%1 --list-sdks 2>nul | findstr /b "10." >nul && set "dotnet=%~1")
exit /b 0

:bring_up_to_date
rem The sources with their times and sizes: when the list differs from that of the last build, they have changed.
(
  for /r "%root%tools\Jangteo.Cli" %%F in (*.cs *.csproj) do @echo %%~tF %%~zF %%F
  for %%F in ("%root%src\Jangteo.Platform\Postgres\PostgresPrograms.cs" "%root%Directory.Build.props" "%root%global.json") do @echo %%~tF %%~zF %%F
) >"%built%\cli.now"
fc /b "%built%\cli.now" "%built%\cli.sources" >nul 2>&1
if errorlevel 1 call :build
exit /b 0

:build
if exist "%cli%" del "%cli%"
rem Debug, because that is not analysed; what is built for a change is, with everything else.
"%dotnet%" build "%root%tools\Jangteo.Cli" -c Debug -v quiet 1>&2
if errorlevel 1 (
  echo tools\Jangteo.Cli does not build. 1>&2
  exit /b 1
)
move /y "%built%\cli.now" "%built%\cli.sources" >nul
exit /b 0
