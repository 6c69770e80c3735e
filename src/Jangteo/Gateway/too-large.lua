-- A client that sends too much is read for a while before it is told: one that is hung up on while it sends does not read why.
-- What to say is in txn.too_large. Past some megabytes, or some seconds, nothing more is read.
local most = 16 * 1024 * 1024
local within = 10
local at_once = 16 * 1024

core.register_service("too-large", "http", function(applet)
    local read = 0
    local begun = core.now().sec
    repeat
        local piece = #applet:receive(at_once)
        read = read + piece
    until piece == 0 or read > most or core.now().sec - begun > within

    local said = applet:get_var("txn.too_large")
    applet:set_status(413)
    applet:add_header("Content-Type", "application/problem+json")
    applet:add_header("Cache-Control", "no-store")
    applet:add_header("Content-Length", #said)
    applet:start_response()
    applet:send(said)
end)
