# mastiff: retention
# Sets how long Mastodon keeps what it can do without, by the form of its own administration, which also renews the
# cache of the settings. A default goes only where nobody has chosen a value.
chosen, defaults = %w(MASTIFF_RETENTION MASTIFF_RETENTION_DEFAULTS).map { |name| JSON.parse(ENV.fetch(name)) }
free = defaults.reject { |name, _| Setting.exists?(var: name) }
form = Form::AdminSettings.new(free.merge(chosen))
form.save || abort("retention: #{form.errors.full_messages.join(', ')}")
puts JSON.generate(free.merge(chosen))
